// What a suite prints: a line a case, a summary; JUnit XML and JSON for other programs.
#pragma once

#include <string>
#include <vector>

#include "harness/observe/json_writer.h"
#include "harness/regress/suite.h"

namespace seedwire::regress {

/// How many of each kind.
struct Count {
    std::size_t passed = 0, failed = 0, errors = 0, skipped = 0, waiting = 0;
};
Count count(const std::vector<CaseResult>& results);

/// "pass  tour/close.yaml  0.012 s", then what is wrong, if anything is. Names are padded to
/// `name_width` columns.
std::string case_text(const Case& which, const CaseResult& result, std::size_t name_width,
                      bool color);
/// The slowest, at most ten, where there are enough to be worth it.
std::string slowest_text(const std::vector<Case>& cases, const std::vector<CaseResult>& results);
/// "12 passed, 1 failed (0.8 s)".
std::string summary_text(const std::vector<CaseResult>& results, std::int64_t elapsed_ns,
                         bool color);

/// The XML that CI servers read: one test suite, one test case a case.
std::string junit(const std::vector<Case>& cases, const std::vector<CaseResult>& results,
                  std::int64_t elapsed_ns);
void write_json(observe::JsonWriter& json, const std::vector<Case>& cases,
                const std::vector<CaseResult>& results, std::int64_t elapsed_ns);

}  // namespace seedwire::regress
