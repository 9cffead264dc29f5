// Finds and loads studies and their results for the commands that take them.
#pragma once

#include <memory>
#include <string>

#include "harness/sweep/opened.h"

namespace seedwire::cli {

/// "dir/loss.study.yaml" -> "loss.results", in the current folder.
std::string default_results_directory(const std::string& study_file);

/// Prints what is wrong; nothing then.
std::unique_ptr<sweep::OpenedStudy> load_study_file(const std::string& path, bool color);

/// A results folder with the study it belongs to. `path`: the folder, or the study's file.
struct OpenedResults {
    std::unique_ptr<sweep::Store> store;
    std::unique_ptr<sweep::OpenedStudy> opened;
};
/// Prints what is wrong; without a store then.
OpenedResults open_results(const std::string& path, bool color);

}  // namespace seedwire::cli
