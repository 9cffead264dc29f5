// A validated experiment: plain values, every reference resolved, every unit converted, every
// default filled in. Whoever holds a Scenario need not check anything again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/scenario/diagnostics.h"
#include "harness/scenario/expectation.h"
#include "models/app/config.h"
#include "models/host/cpu.h"
#include "models/net/config.h"
#include "models/tcp/config.h"

namespace seedwire::scenario {

/// A host or a router. Nodes are sorted by name, so that their order in the file means nothing.
struct NodeSpec {
    std::string name;
    bool router = false;
    std::optional<wire::Address> address;  ///< given, else assigned from the node's rank
    tcp::Sysctls sysctls;
    Duration wakeup = Duration::us(30);  ///< from data in the socket to the program seeing it
    std::uint8_t ttl = 64;               ///< of packets it sends
    std::optional<host::CpuConfig> cpu;  ///< given; else work takes time and nothing waits
    SourceSpan where;
};

/// A link and its two directions: `up` from the first end named to the second. Sorted by name.
struct LinkSpec {
    std::string name;
    std::uint32_t from = 0, to = 0;  ///< node indices: the ends in the order of `between`
    net::LinkDirectionConfig up, down;
    std::int64_t cost = 1;
    SourceSpan where;
};

/// One pair of hosts of a flow, with the options of sockets there.
struct FlowEnds {
    std::uint32_t from = 0, to = 0;
    tcp::SocketOptions client_options, server_options;
};

struct FlowSpec {
    std::string name;
    std::uint32_t from = 0, to = 0;  ///< node indices, of the first pair; `from` opens
    std::uint32_t count = 1;         ///< connections, of all pairs together
    std::vector<Time> starts;        ///< one per connection
    /// Where names are patterns: all pairs, each with equally many connections, which are numbered
    /// pair by pair. Empty: the one pair above, options in `config`.
    std::vector<FlowEnds> pairs;
    std::string tls;         ///< of a flow over TLS: its settings, profiles laid in, as YAML
    app::FlowConfig config;  ///< its `start` is that of the first connection
    SourceSpan where;

    std::uint32_t pair_count() const {
        return pairs.empty() ? 1 : static_cast<std::uint32_t>(pairs.size());
    }
    FlowEnds pair(std::uint32_t index) const {
        if (!pairs.empty()) return pairs[index];
        return {from, to, config.client_options, config.server_options};
    }
};

struct ProgramSpec {
    /// An operation as it was written.
    struct Line {
        std::string text;
        SourceSpan where;
    };
    std::string name;
    app::ProgramConfig config;
    std::vector<Line> lines;  ///< one for each operation of the script
    SourceSpan where;
};

/// `faults:` entries, whatever their kind, so that `faults[k]` finds its place.
struct FaultSpec {
    std::string text;
    bool exact = true;  ///< counts hits; timeline entries do not
    SourceSpan where;
};

/// A change at a moment.
struct TimelineEntry {
    struct SetRate {
        Rate rate;
    };
    struct SetDelay {
        Duration delay;
    };
    struct Cut {};
    struct Restore {};
    struct SetLoss {
        Probability probability;
    };  ///< of the direction's Bernoulli loss
    /// `sysctl -w` on a host: a row of sysctl_rows(). It has no target.
    struct SetSysctl {
        std::uint32_t node = 0, row = 0;
        std::int64_t value = 0;
    };
    /// Direction 0 = up, 1 = down.
    struct Target {
        std::uint32_t link = 0;
        bool up = true, down = true;
    };
    Time at;
    Target target;
    std::variant<SetRate, SetDelay, Cut, Restore, SetLoss, SetSysctl> change;
    SourceSpan where;
    std::uint32_t fault = 0;  ///< its place in `faults`
};

/// A metric as it is at several moments of the run.
struct SampledSeries {
    std::string name;
    Duration every;
    std::vector<Metric> samples;  ///< the first at `every`
};

enum class RoutingMetric : std::uint8_t { Delay, Hops, Cost };
enum class EqualCost : std::uint8_t { PerFlow, PerPacket };

struct Scenario {
    std::string file;
    std::string name;
    std::string description;
    std::uint64_t seed = 1;
    Time stop = Time::never();
    std::uint64_t maximum_events = 0;  ///< `limits: events`; 0 = none
    Bytes maximum_memory{0};
    RoutingMetric metric = RoutingMetric::Delay;
    EqualCost equal_cost = EqualCost::PerFlow;
    std::vector<NodeSpec> nodes;
    std::vector<LinkSpec> links;
    std::vector<FlowSpec> flows;          ///< sorted by name
    std::vector<ProgramSpec> programs;    ///< sorted by name
    std::vector<FaultSpec> faults;        ///< in the order of the file
    std::vector<TimelineEntry> timeline;  ///< by time, then place in the file
    std::vector<Expectation> expectations;
    std::vector<Metric> collected;      ///< LoadOptions::collect, each with its name as `text`
    std::vector<SampledSeries> series;  ///< likewise, over time
    bool drawn_with_seed = false;       ///< with another seed some of these values are others
    std::uint64_t digest = 0;  ///< of the effective scenario: stable_hash of its written form
};

struct Node;
class SourceText;

/// A node of another file (a study), so that what is wrong with it is shown there.
struct Written {
    std::shared_ptr<const Node> node;
    std::shared_ptr<const SourceText> source;
    explicit operator bool() const { return node != nullptr; }
};

/// A value laid over the document before it is checked: `--set line.rate=2Mbit/s`.
struct Override {
    std::string path, value;
    /// Where a study says so: the path, and the value, which then counts instead of the text.
    Written written_path = {}, written_value = {};
};

/// What shall be measured though nothing is expected of it: `line.down.drops`,
/// `p95(line.down.queue.sojourn)`, `*.goodput`.
struct Measurement {
    Written what;
    Duration every;  ///< sampled at this interval; zero: one value a run
};

struct LoadOptions {
    std::vector<Override> overrides;
    std::optional<std::uint64_t> seed;
    /// Reads an included file; read_file() unless given.
    std::function<std::optional<std::string>(const std::string& path, Diagnostics& problems)>
        read_include = {};
    std::vector<Measurement> collect = {};
    /// What is collected is measured behind this moment, where it can be (counts, rates, series).
    Duration warm_up = {};
    /// Computes Scenario::digest. It costs more than everything else; studies do without.
    bool with_digest = true;
};

struct DocumentParts;

/// A file read and parsed once, its includes with it. Cheap to copy; building scenarios from it
/// changes nothing in it, so a study builds a million of them from one.
class Document {
public:
    explicit Document(std::shared_ptr<const DocumentParts> parts) : parts_{std::move(parts)} {}
    const DocumentParts& parts() const { return *parts_; }
    /// The files that were included, as they were opened.
    std::vector<std::string> included_files() const;

private:
    std::shared_ptr<const DocumentParts> parts_;
};

/// Parses one YAML document from `text`; `file` names it in messages, and includes are relative to
/// its directory. Of the options it needs `read_include` only.
std::optional<Document> parse_document(const std::string& file, std::string_view text,
                                       const LoadOptions& options, Diagnostics& problems);

/// Overrides, templates, parameters, generators, validation: a pure function of the document and
/// the options. Reports every problem it can find, not only the first; nothing if there was an
/// error.
std::optional<Scenario> build_scenario(const Document& document, const LoadOptions& options,
                                       Diagnostics& problems);

/// Both steps in one.
std::optional<Scenario> load(const std::string& file, std::string_view text,
                             const LoadOptions& options, Diagnostics& problems);

/// A study has its key at the left margin; nothing else can stand there under that name.
bool is_study(std::string_view text);

/// Reads a file whole: regular files up to 16 MB, `-` is standard input. A failure is a diagnostic
/// at 1:1.
std::optional<std::string> read_file(const std::string& path, Diagnostics& problems);

}  // namespace seedwire::scenario
