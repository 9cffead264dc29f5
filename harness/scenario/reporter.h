// Turns places in the document tree into diagnostics.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/diagnostics.h"
#include "harness/scenario/document.h"
#include "harness/scenario/source_text.h"
#include "sim/base/quantity.h"

namespace seedwire::scenario {

using Sources = std::vector<std::shared_ptr<const SourceText>>;

/// Knows the sources of one load and collects what is wrong with them. A file in which everything
/// is wrong does not fill the memory: beyond a limit problems are only counted. What is said of one
/// place is said once, however often a template or a pattern brings it up.
class Reporter {
public:
    static constexpr std::size_t kMaximumKept = 10'000;

    /// The first source is the main file.
    explicit Reporter(Diagnostics& diagnostics, Sources sources = {})
        : diagnostics_{diagnostics}, sources_{std::move(sources)} {}

    std::uint32_t add_source(std::string file, std::string_view text);
    /// Of a text that several loads share; the same one gets the same index.
    std::uint32_t add_source(const std::shared_ptr<const SourceText>& source);
    const SourceText& source(std::uint32_t index) const { return *sources_[index]; }
    const Sources& sources() const { return sources_; }

    void error(const char* id, const Node& at, std::string message, std::string hint = {},
               std::string note = {});
    /// At a part of a scalar: `offset` and `length` in bytes of its text.
    void error_in(const char* id, const Node& at, std::size_t offset, std::size_t length,
                  std::string message, std::string hint = {}, std::string note = {});
    /// A quantity that `key` holds is wrong.
    void error(const Node& at, std::string_view key, const QuantityError& what);
    void warning(const char* id, const Node& at, std::string message, std::string hint = {},
                 std::string note = {});
    void error_at(const char* id, const SourceSpan& where, std::string message,
                  std::string hint = {}, std::string note = {});

    void warning_at(const char* id, const SourceSpan& where, std::string message,
                    std::string hint = {}, std::string note = {});

    SourceSpan span(const Node& at) const;
    SourceSpan span(const Node& at, std::size_t offset, std::size_t length) const;
    std::size_t errors() const { return errors_; }

private:
    void add(Severity severity, const char* id, SourceSpan where, std::string message,
             std::string hint, std::string note);

    Diagnostics& diagnostics_;
    Sources sources_;
    std::set<std::string> said_;
    std::size_t errors_ = 0;
};

/// "did you mean 'x'?", or empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);
/// "a, b or c".
std::string list_of(const std::vector<std::string_view>& words);

}  // namespace seedwire::scenario
