// The loader's inside: one pass over the tree of a study. load_study() is outside.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/document.h"
#include "harness/scenario/fields.h"
#include "harness/scenario/reporter.h"
#include "harness/study/range.h"
#include "harness/study/study.h"

namespace seedwire::study {

/// A path that stands in a file, relative to that file.
std::string beside(const std::string& file, const std::string& path);

class StudyLoader {
public:
    StudyLoader(scenario::Diagnostics& problems, scenario::Reporter& reporter, std::string file,
                FileReader read)
        : problems_{problems},
          reporter_{reporter},
          file_{std::move(file)},
          read_{std::move(read)} {}

    Study load(const scenario::Node& root);

private:
    using Node = scenario::Node;
    using Fields = scenario::Fields;

    // load_study.cpp
    void read_base(const Fields& top);
    void read_where(const Fields& top);
    void read_compare(const Fields& top);
    void read_limits(const Fields& top);
    void check_settings();
    bool build(const std::vector<const Level*>& levels);
    scenario::Written written(const Node& node) const;
    // load_vary.cpp
    void read_vary(const Fields& top);
    void read_path(const Node& path, const Node& value);
    void read_values(const Node& path, const Node& value);
    void read_cases(const Node& name, const Node& cases);
    void read_zip(const Node& zip);
    void read_one_zip(const Node& zip);
    void read_sample(const Node& sample);
    std::vector<std::pair<std::string, Range>> read_ranges(const Node& over, Axis& axis);
    std::size_t add_parameter(std::string path, std::string name, const Node& where);
    std::optional<std::vector<std::string>> read_range(const Fields& fields, const Node& value);
    Level level_of(const Node& path, const Node& value) const;
    Level level_of(const Node& path, const std::string& text, const Node& where) const;
    void add_axis(Axis axis, const Node& where);
    void name_and_measure();
    // load_collect.cpp
    void read_warm_up(const Fields& top);
    void read_collect(const Fields& top);
    void read_item(const Node& item);
    void read_item(const Node& metric, const Node& what);
    void collect(const Node& what, Duration every);
    void read_repeat(const Fields& top);
    void read_until(const Node& metric, const Node& width);
    void read_tables(const Fields& top);
    void read_plots(const Fields& top);
    // load_reference.cpp
    void read_references(const Fields& top);
    void read_within(const Fields& fields, Reference& reference);
    void read_rows(const Node& place, std::string_view text, Reference& reference);
    bool is_value(std::size_t parameter, std::string_view text) const;
    // load_collect.cpp
    std::string parameter_named(const Fields& fields, std::string_view key);

    scenario::Diagnostics& problems_;
    scenario::Reporter& reporter_;
    std::string file_;
    FileReader read_;
    Study study_;
    std::set<std::string> said_;
    std::map<std::size_t, const Node*> places_;  ///< of parameters
};

}  // namespace seedwire::study
