// Scripts are independent of each other: each has a host of its own.
#include "harness/drill/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

namespace seedwire::drill {
namespace {

namespace fs = std::filesystem;

/// Runs the script; see RunOptions::or_linux.
Outcome run_somewhere(const std::string& text, const RunOptions& options) {
    Outcome outcome = run_script(text, options);
    const bool says = text.find("defaults.sh") != std::string::npos;
    if (outcome.status != Status::Failed || !options.or_linux || says) return outcome;
    RunOptions elsewhere = options;
    elsewhere.profile = ProfileName::Linux;
    Outcome second = run_script(text, elsewhere);
    // If it fails in both, the first failure is the one to look at.
    return second.status == Status::Passed ? second : outcome;
}

Outcome run_file(const std::string& file, const RunOptions& options) {
    std::ifstream input{file, std::ios::binary};
    std::stringstream text;
    text << input.rdbuf();
    if (input) return run_somewhere(text.str(), options);
    Outcome outcome;
    outcome.status = Status::Failed;
    outcome.message = "this file cannot be read";
    return outcome;
}

std::string folder_of(const std::string& file) {
    const std::string folder = fs::path{file}.parent_path().string();
    return folder.empty() ? "." : folder;
}

std::string totals_text(const Totals& totals) {
    std::string text = fmt::format("{} passed, {} failed", totals.passed, totals.failed);
    if (totals.unsupported > 0) text += fmt::format(", {} unsupported", totals.unsupported);
    return text;
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

}  // namespace

FoundScripts find_scripts(const std::vector<std::string>& paths) {
    FoundScripts found;
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            if (fs::exists(path, error)) {
                found.files.push_back(path);
            } else {
                found.problems.push_back(path + ": there is no such file or folder");
            }
            continue;
        }
        fs::recursive_directory_iterator entry{path, error};
        for (; !error && entry != fs::recursive_directory_iterator{}; entry.increment(error))
            if (entry->path().extension() == ".pkt" && entry->is_regular_file(error))
                found.files.push_back(entry->path().string());
        if (error) found.problems.push_back(path + ": " + error.message());
    }
    std::sort(found.files.begin(), found.files.end());
    found.files.erase(std::unique(found.files.begin(), found.files.end()), found.files.end());
    return found;
}

std::vector<ScriptResult> run_files(const std::vector<std::string>& files,
                                    const RunOptions& options, std::size_t jobs) {
    std::vector<ScriptResult> results(files.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < files.size(); i = next++)
            results[i] = {files[i], run_file(files[i], options)};
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < std::min(jobs, files.size()); ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    return results;
}

void Totals::add(Status status) {
    switch (status) {
        case Status::Passed:
            ++passed;
            break;
        case Status::Failed:
            ++failed;
            break;
        case Status::Unsupported:
            ++unsupported;
            break;
    }
}

Totals totals_of(const std::vector<ScriptResult>& results) {
    Totals totals;
    for (const ScriptResult& result : results) totals.add(result.outcome.status);
    return totals;
}

std::string result_text(const ScriptResult& result) {
    const Outcome& outcome = result.outcome;
    if (outcome.status == Status::Passed) return {};
    return fmt::format("{}:{}:{}: {}: {}\n{}", result.file, outcome.at.line, outcome.at.column,
                       to_string(outcome.status), outcome.message, outcome.details);
}

std::string summary_text(const std::vector<ScriptResult>& results) {
    std::map<std::string, Totals> folders;
    for (const ScriptResult& result : results)
        folders[folder_of(result.file)].add(result.outcome.status);
    std::string text;
    if (folders.size() > 1) {
        std::size_t width = 0;
        for (const auto& [folder, totals] : folders) width = std::max(width, folder.size());
        for (const auto& [folder, totals] : folders)
            text += fmt::format("{:{}}  {}\n", folder, width, totals_text(totals));
    }
    const Totals totals = totals_of(results);
    return text + fmt::format("{} {}: {}\n", totals.all(), totals.all() == 1 ? "script" : "scripts",
                              totals_text(totals));
}

std::string junit(const std::vector<ScriptResult>& results) {
    const Totals totals = totals_of(results);
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    xml += fmt::format("<testsuite name=\"drill\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
                       totals.all(), totals.failed, totals.unsupported);
    for (const ScriptResult& result : results) {
        const fs::path path{result.file};
        xml += fmt::format(R"(  <testcase classname="{}" name="{}")",
                           escaped(folder_of(result.file)), escaped(path.stem().string()));
        const Outcome& outcome = result.outcome;
        if (outcome.status == Status::Passed) {
            xml += "/>\n";
            continue;
        }
        const std::string_view tag = outcome.status == Status::Failed ? "failure" : "error";
        xml += fmt::format(">\n    <{0} message=\"{1}:{2}: {3}\">{4}</{0}>\n  </testcase>\n", tag,
                           outcome.at.line, outcome.at.column, escaped(outcome.message),
                           escaped(outcome.details));
    }
    return xml + "</testsuite>\n";
}

}  // namespace seedwire::drill
