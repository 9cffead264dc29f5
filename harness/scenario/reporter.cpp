// Where exactly a problem stands: from nodes and offsets in their texts to lines and columns.
#include "harness/scenario/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/scenario/error_ids.h"
#include "sim/base/nearest_name.h"

namespace seedwire::scenario {

std::uint32_t Reporter::add_source(std::string file, std::string_view text) {
    sources_.push_back(std::make_shared<const SourceText>(std::move(file), text));
    return static_cast<std::uint32_t>(sources_.size() - 1);
}

std::uint32_t Reporter::add_source(const std::shared_ptr<const SourceText>& source) {
    const auto known = std::find(sources_.begin(), sources_.end(), source);
    if (known != sources_.end()) return static_cast<std::uint32_t>(known - sources_.begin());
    sources_.push_back(source);
    return static_cast<std::uint32_t>(sources_.size() - 1);
}

SourceSpan Reporter::span(const Node& at) const {
    if (at.source >= sources_.size()) return {};
    const SourceText& source = *sources_[at.source];
    const std::string_view line = source.line(at.line);
    const auto start = std::min(static_cast<std::size_t>(at.column - 1), line.size());
    const std::string_view marked = line.substr(start, static_cast<std::size_t>(at.length));
    return {source.file(), at.line, source.character_column(at.line, at.column),
            std::max(1, count_characters(marked))};
}

SourceSpan Reporter::span(const Node& at, std::size_t offset, std::size_t length) const {
    const SourceSpan whole = span(at);
    if (!at.is_scalar() || at.source >= sources_.size() || offset > at.text.size()) return whole;
    // Only where the text stands in the file as it is: no escapes, one line.
    const std::string_view line = sources_[at.source]->line(at.line);
    const auto start = static_cast<std::size_t>(at.column - 1) + (at.quoted ? 1 : 0);
    const std::string_view before = std::string_view{at.text}.substr(0, offset);
    if (start > line.size() || !line.substr(start).starts_with(before)) return whole;
    SourceSpan part = whole;
    part.column =
        sources_[at.source]->character_column(at.line, static_cast<int>(start + offset + 1));
    part.length = std::max(1, count_characters(std::string_view{at.text}.substr(offset, length)));
    return part;
}

void Reporter::add(Severity severity, const char* id, SourceSpan where, std::string message,
                   std::string hint, std::string note) {
    if (severity == Severity::Error) ++errors_;
    if (diagnostics_.list().size() >= kMaximumKept) return;
    const bool is_new = said_
                            .insert(fmt::format("{}:{}:{} {} {}", where.file, where.line,
                                                where.column, id, message))
                            .second;
    if (!is_new) return;
    for (std::size_t i = 1; i < sources_.size(); ++i)
        if (sources_[i]->file() == where.file)
            diagnostics_.remember_source(where.file, sources_[i]->text());
    diagnostics_.add(
        {std::move(where), severity, id, std::move(message), std::move(hint), std::move(note)});
}

void Reporter::error(const char* id, const Node& at, std::string message, std::string hint,
                     std::string note) {
    add(Severity::Error, id, span(at), std::move(message), std::move(hint), std::move(note));
}

void Reporter::error_in(const char* id, const Node& at, std::size_t offset, std::size_t length,
                        std::string message, std::string hint, std::string note) {
    add(Severity::Error, id, span(at, offset, length), std::move(message), std::move(hint),
        std::move(note));
}

void Reporter::error(const Node& at, std::string_view key, const QuantityError& what) {
    // A wrong unit speaks for itself; a missing one is about the value of this key.
    const bool names_key = !key.empty() && what.message.starts_with("unknown") == false;
    error_in(error_id::kBadValue, at, what.offset, what.length,
             names_key ? fmt::format("{}: {}", key, what.message) : what.message, what.hint,
             what.note);
}

void Reporter::warning(const char* id, const Node& at, std::string message, std::string hint,
                       std::string note) {
    add(Severity::Warning, id, span(at), std::move(message), std::move(hint), std::move(note));
}

void Reporter::error_at(const char* id, const SourceSpan& where, std::string message,
                        std::string hint, std::string note) {
    add(Severity::Error, id, where, std::move(message), std::move(hint), std::move(note));
}

void Reporter::warning_at(const char* id, const SourceSpan& where, std::string message,
                          std::string hint, std::string note) {
    add(Severity::Warning, id, where, std::move(message), std::move(hint), std::move(note));
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
    const std::string_view nearest = nearest_name(word, candidates);
    return nearest.empty() ? std::string{} : fmt::format("did you mean '{}'?", nearest);
}

std::string list_of(const std::vector<std::string_view>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

}  // namespace seedwire::scenario
