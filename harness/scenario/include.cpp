// Finding, reading and joining included files.
#include "harness/scenario/include.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/source_text.h"

namespace seedwire::scenario {
namespace {

constexpr std::string_view kEnding = ".part.yaml";
/// Files of one scenario. People need about five.
constexpr std::size_t kMostFiles = 100;

/// `[a, b]` -> `{a: , b: }`, so that lists and maps of names can be joined.
Node as_map(Node node) {
    if (node.is_map()) return node;
    Node map = node;
    map.kind = Node::Kind::Map;
    map.items.clear();
    for (const Node& item : node.items) {
        Node empty = item;
        empty.kind = Node::Kind::Null;
        map.entries.push_back({item, std::move(empty)});
    }
    return map;
}

Node joined(Node base, Node over) {
    if (over.is_null()) return base;
    if (base.is_null()) return over;
    if (base.is_sequence() && over.is_sequence()) {
        base.items.insert(base.items.end(), over.items.begin(), over.items.end());
        base.line = over.line, base.column = over.column, base.length = over.length;
        base.source = over.source;
        return base;
    }
    if (base.is_scalar() || over.is_scalar()) return over;
    return merged(as_map(std::move(base)), as_map(std::move(over)));
}

class Includer {
public:
    Includer(const LoadOptions& options, Reporter& reporter)
        : options_{options}, reporter_{reporter} {}

    /// `path` is that of the file that `root` came from.
    void run(Node& root, const std::filesystem::path& path) {
        const auto at = std::find_if(root.entries.begin(), root.entries.end(),
                                     [](const Entry& e) { return e.key.text == "include"; });
        if (at == root.entries.end()) return;
        const Node list = std::move(at->value);
        root.entries.erase(at);
        chain_.push_back(path.lexically_normal());
        Node base;
        base.kind = Node::Kind::Map;
        if (list.is_scalar()) include(list, path, base);
        for (const Node& item : list.items) include(item, path, base);
        if (list.is_map() || list.is_null())
            reporter_.error(error_id::kWrongKind, list, "include takes a list of files",
                            "write [common/hosts.part.yaml]");
        chain_.pop_back();
        for (Entry& entry : base.entries) {
            Node* own = root.find(entry.key.text);
            if (own != nullptr)
                *own = joined(std::move(entry.value), std::move(*own));
            else
                root.entries.push_back(std::move(entry));
        }
    }

private:
    void include(const Node& name, const std::filesystem::path& from, Node& base) {
        const std::optional<std::filesystem::path> path = resolve(name, from);
        if (!path || !check_chain(name, *path)) return;
        if (std::find(seen_.begin(), seen_.end(), *path) != seen_.end()) return;
        if (seen_.size() >= kMostFiles)
            return reporter_.error(error_id::kTooLarge, name,
                                   fmt::format("more than {} files", kMostFiles));
        seen_.push_back(*path);
        const std::optional<std::string> text = read(name, *path);
        if (!text) return;
        const std::uint32_t source = reporter_.add_source(path->string(), *text);
        std::optional<Node> part = parse_document(source, reporter_);
        if (!part || part->is_null()) return;
        if (!part->is_map())
            return reporter_.error(error_id::kWrongKind, *part,
                                   "a part of a scenario is a map of keys such as `hosts:`");
        run(*part, *path);
        for (Entry& entry : part->entries) {
            Node* earlier = base.find(entry.key.text);
            if (earlier != nullptr)
                *earlier = joined(std::move(*earlier), std::move(entry.value));
            else
                base.entries.push_back(std::move(entry));
        }
    }

    std::optional<std::filesystem::path> resolve(const Node& name,
                                                 const std::filesystem::path& from) {
        if (!name.is_scalar() || name.text.empty()) {
            reporter_.error(error_id::kWrongKind, name, "include takes names of files");
            return std::nullopt;
        }
        const std::filesystem::path path{name.text};
        if (path.is_absolute()) {
            reporter_.error(error_id::kInclude, name, "an absolute path",
                            "includes are relative to the file that names them");
            return std::nullopt;
        }
        if (!name.text.ends_with(kEnding)) {
            reporter_.error(error_id::kInclude, name,
                            fmt::format("'{}' is no part of a scenario", name.text),
                            fmt::format("names of parts end in {}", kEnding));
            return std::nullopt;
        }
        return (from.parent_path() / path).lexically_normal();
    }

    /// False if the file is including itself.
    bool check_chain(const Node& name, const std::filesystem::path& path) {
        const auto begin = std::find(chain_.begin(), chain_.end(), path);
        if (begin == chain_.end()) return true;
        std::string circle;
        for (auto at = begin; at != chain_.end(); ++at) circle += at->string() + " -> ";
        reporter_.error(error_id::kCycle, name, "this file includes itself", "",
                        circle + path.string());
        return false;
    }

    std::optional<std::string> read(const Node& name, const std::filesystem::path& path) {
        Diagnostics why;
        std::optional<std::string> text = options_.read_include
                                              ? options_.read_include(path.string(), why)
                                              : read_file(path.string(), why);
        if (text && text->size() <= kMaximumFileBytes) return text;
        reporter_.error(error_id::kInclude, name,
                        why.list().empty()
                            ? fmt::format("'{}' cannot be read", path.string())
                            : fmt::format("'{}': {}", path.string(), why.list().front().message));
        return std::nullopt;
    }

    const LoadOptions& options_;
    Reporter& reporter_;
    std::vector<std::filesystem::path> chain_;  // of files that include each other, outermost first
    std::vector<std::filesystem::path> seen_;
};

}  // namespace

void include_files(Node& root, const LoadOptions& options, Reporter& reporter) {
    Includer{options, reporter}.run(root, reporter.source(root.source).file());
}

}  // namespace seedwire::scenario
