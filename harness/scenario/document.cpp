// YAML to our own tree, through yaml-cpp's events. What yaml-cpp lets pass (duplicate keys, alias
// bombs, further documents, depth) is refused here. YAML 1.2 §3.2.
#include "harness/scenario/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <map>
#include <sstream>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/reporter.h"

namespace seedwire::scenario {
namespace {

/// How many nodes a document may have once its aliases are expanded.
constexpr std::size_t kMaximumNodes = 1'000'000;

/// Leaves yaml-cpp's parser after a limit was reported.
struct Abandoned {};

std::size_t count_nodes(const Node& node) {
    std::size_t count = 1;
    for (const Node& item : node.items) count += count_nodes(item);
    for (const Entry& entry : node.entries) count += 1 + count_nodes(entry.value);
    return count;
}

/// Builds the tree from events.
class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(std::uint32_t source, Reporter& reporter) : source_{source}, reporter_{reporter} {}

    std::optional<Node> take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ == 1) return;
        reporter_.error(error_id::kSeveralDocuments, place(mark), "a second document begins here",
                        "a file holds one");
        throw Abandoned{};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node node = place(mark);
        if (expects_value()) {  // an empty value has no place of its own: it is missing at its key
            const Node& key = open_.back().key;
            node.line = key.line, node.column = key.column, node.length = key.length;
        }
        complete(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            reporter_.error(error_id::kSyntax, place(mark), "an alias within its own anchor");
            throw Abandoned{};
        }
        spend(count_nodes(found->second), mark);
        complete(Node{found->second}, 0);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        Node node = place(mark);
        node.kind = Node::Kind::Scalar;
        node.quoted = tag == "!";
        node.text = value;
        locate(node, anchor != 0 || (tag != "?" && tag != "!"));
        refuse_open_quote(node);
        refuse_tag(tag, node);
        complete(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(Node::Kind::Sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(Node::Kind::Map, mark, tag, anchor);
    }
    void OnMapEnd() override {
        finish_map(open_.back().node);
        close();
    }

private:
    struct Frame {
        Node node;
        Node key;
        bool has_key = false;
        YAML::anchor_t anchor = 0;
    };

    Node place(const YAML::Mark& mark) const {
        Node node;
        node.source = source_;
        node.line = std::max(mark.line, 0) + 1;
        node.column = std::max(mark.column, 0) + 1;
        return node;
    }

    bool expects_value() const {
        return !open_.empty() && open_.back().node.is_map() && open_.back().has_key;
    }

    /// Sets the extent of a scalar. With an anchor or a tag the mark is theirs: the text follows.
    void locate(Node& node, bool decorated) const {
        const std::string_view line = reporter_.source(source_).line(node.line);
        auto start = static_cast<std::size_t>(node.column - 1);
        if (start >= line.size()) return;
        if (decorated && !node.quoted) {
            const std::size_t found = line.find(node.text, line.find(' ', start));
            if (!node.text.empty() && found != std::string_view::npos) start = found;
        } else if (decorated) {
            start = std::min(line.find_first_of("\"'", start), line.size() - 1);
        }
        node.column = static_cast<int>(start) + 1;
        const std::string_view rest = line.substr(start);
        std::size_t length = std::min(node.text.size(), rest.size());
        if (node.quoted && (rest[0] == '"' || rest[0] == '\'')) {
            length = 1;
            while (length < rest.size() && rest[length] != rest[0])
                length += rest[0] == '"' && rest[length] == '\\' ? 2 : 1;
            length = std::min(length + 1, rest.size());
        } else if (node.quoted) {
            length = 1;  // a block scalar: only its sign stands here
        } else if (!rest.starts_with(node.text)) {
            length = rest.size();  // goes on in the next line
        }
        node.length = std::max(1, static_cast<int>(length));
    }

    /// yaml-cpp lets a quote run to the end of the file.
    void refuse_open_quote(const Node& node) {
        const SourceText& source = reporter_.source(source_);
        const std::string_view line = source.line(node.line);
        const auto column = static_cast<std::size_t>(node.column - 1);
        if (!node.quoted || column >= line.size()) return;
        const char quote = line[column];
        if (quote != '"' && quote != '\'') return;
        const auto start = static_cast<std::size_t>(line.data() - source.text().data()) + column;
        for (std::size_t at = start + 1; at < source.text().size(); ++at) {
            if (source.text()[at] == quote) return;
            if (quote == '"' && source.text()[at] == '\\') ++at;
        }
        reporter_.error(error_id::kSyntax, node, "the quote is not closed");
        throw Abandoned{};
    }

    void refuse_tag(const std::string& tag, const Node& node) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        reporter_.error(error_id::kSyntax, node, "a tag means nothing here", "leave it out");
    }

    void spend(std::size_t nodes, const YAML::Mark& mark) {
        nodes_ += nodes;
        if (nodes_ <= kMaximumNodes) return;
        reporter_.error(error_id::kTooLarge, place(mark),
                        fmt::format("more than {} values, aliases expanded", kMaximumNodes));
        throw Abandoned{};
    }

    void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        Frame frame;
        frame.node = place(mark);
        frame.node.kind = kind;
        frame.anchor = anchor;
        refuse_tag(tag, frame.node);
        if (open_.size() >= static_cast<std::size_t>(kMaximumDepth)) {
            reporter_.error(
                error_id::kTooLarge, frame.node,
                fmt::format("more than {} lists and maps within each other", kMaximumDepth));
            throw Abandoned{};
        }
        spend(1, mark);
        open_.push_back(std::move(frame));
    }

    void close() {
        Frame frame = std::move(open_.back());
        open_.pop_back();
        attach(std::move(frame.node), frame.anchor);
    }

    void complete(Node node, YAML::anchor_t anchor) {
        YAML::Mark mark;
        mark.line = node.line - 1, mark.column = node.column - 1;
        spend(1, mark);
        attach(std::move(node), anchor);
    }

    void attach(Node node, YAML::anchor_t anchor) {
        if (anchor != 0) anchors_[anchor] = node;
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& parent = open_.back();
        if (parent.node.is_sequence()) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.has_key) {
            if (!node.is_scalar()) {
                reporter_.error(error_id::kSyntax, node, "a key must be a word",
                                node.is_null() ? "write a name before the colon" : "");
                node.text.clear();
            }
            parent.key = std::move(node);
            parent.has_key = true;
        } else {
            parent.node.entries.push_back({std::move(parent.key), std::move(node)});
            parent.has_key = false;
        }
    }

    /// A block map's place is that of its first key, so it is underlined as the key is.
    void finish_map(Node& map) {
        if (!map.entries.empty()) {
            const Node& first = map.entries.front().key;
            if (first.line == map.line && first.column == map.column) map.length = first.length;
        }
        refuse_duplicates(map);
        merge(map);
    }

    void refuse_duplicates(const Node& map) {
        std::vector<const Entry*> sorted;
        sorted.reserve(map.entries.size());
        for (const Entry& entry : map.entries)
            if (entry.key.is_scalar()) sorted.push_back(&entry);
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const Entry* a, const Entry* b) { return a->key.text < b->key.text; });
        const Entry* first = nullptr;
        for (const Entry* entry : sorted) {
            if (first == nullptr || entry->key.text != first->key.text) {
                first = entry;
                continue;
            }
            reporter_.error(error_id::kDuplicateKey, entry->key,
                            fmt::format("'{}' is here twice", entry->key.text), "",
                            fmt::format("the first one is in line {}", first->key.line));
        }
    }

    /// `<<: *base` and `<<: [*a, *b]`: what is written beside it wins, then the earlier one.
    void merge(Node& map) {
        const auto at = std::find_if(map.entries.begin(), map.entries.end(), [](const Entry& e) {
            return e.key.text == "<<" && !e.key.quoted;
        });
        if (at == map.entries.end()) return;
        const Node bases = std::move(at->value);
        const Node key = std::move(at->key);
        map.entries.erase(at);
        if (bases.is_map()) {
            merge_one(map, bases);
        } else if (bases.is_sequence() && std::all_of(bases.items.begin(), bases.items.end(),
                                                      [](const Node& n) { return n.is_map(); })) {
            for (const Node& base : bases.items) merge_one(map, base);
        } else {
            reporter_.error(error_id::kWrongKind, key, "'<<' takes a map, or a list of maps",
                            "such as <<: *name");
        }
    }

    static void merge_one(Node& map, const Node& base) {
        for (const Entry& entry : base.entries)
            if (map.find(entry.key.text) == nullptr) map.entries.push_back(entry);
    }

    std::uint32_t source_;
    Reporter& reporter_;
    std::vector<Frame> open_;
    std::map<YAML::anchor_t, Node> anchors_;
    std::optional<Node> root_;
    std::size_t nodes_ = 0;
    int documents_ = 0;
};

/// yaml-cpp's words for the commonest mistakes, in ours.
std::string explain(const std::string& message) {
    if (message.find("end of sequence flow") != std::string::npos) return "a '[' is not closed";
    if (message.find("end of map flow") != std::string::npos) return "a '{' is not closed";
    if (message.find("end of map not found") != std::string::npos)
        return "this line does not fit the indentation of the map above";
    if (message.find("end of sequence not found") != std::string::npos)
        return "this line does not fit the indentation of the list above";
    if (message.find("illegal map value") != std::string::npos)
        return "a colon where no value can begin";
    if (message.find("illegal block entry") != std::string::npos)
        return "a '-' where no list can begin";
    return "not YAML: " + message;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
    for (const Entry& entry : entries)
        if (entry.key.text == key) return &entry.value;
    return nullptr;
}

Node* Node::find(std::string_view key) {
    for (Entry& entry : entries)
        if (entry.key.text == key) return &entry.value;
    return nullptr;
}

Node moved_to_source(Node node, std::uint32_t source) {
    node.source = source;
    for (Node& item : node.items) item = moved_to_source(std::move(item), source);
    for (Entry& entry : node.entries) {
        entry.key.source = source;
        entry.value = moved_to_source(std::move(entry.value), source);
    }
    return node;
}

Node merged(Node base, const Node& over) {
    if (over.is_null() && base.is_map()) return base;
    if (!base.is_map() || !over.is_map()) return over;
    for (const Entry& entry : over.entries) {
        if (Node* found = base.find(entry.key.text); found != nullptr)
            *found = merged(std::move(*found), entry.value);
        else
            base.entries.push_back(entry);
    }
    return base;
}

std::string_view describe(Node::Kind kind) {
    switch (kind) {
        case Node::Kind::Null:
            return "nothing";
        case Node::Kind::Scalar:
            return "a value";
        case Node::Kind::Sequence:
            return "a list";
        case Node::Kind::Map:
            return "a map";
    }
    return "";
}

namespace {

/// Runs yaml-cpp over `text`, whose places are those of the source.
std::optional<Node> parse(const std::string& text, const Node& start, Reporter& reporter) {
    std::istringstream stream{text};
    TreeBuilder builder{start.source, reporter};
    Node at = start;
    try {
        YAML::Parser parser{stream};
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Abandoned&) {
        return std::nullopt;
    } catch (const YAML::Exception& problem) {
        at.line = std::max(problem.mark.line, 0) + 1;
        at.column = std::max(problem.mark.column, 0) + 1;
        reporter.error(error_id::kSyntax, at, explain(problem.msg));
        return std::nullopt;
    } catch (const std::exception& problem) {
        reporter.error(error_id::kSyntax, at, fmt::format("not YAML: {}", problem.what()));
        return std::nullopt;
    }
    return builder.take();
}

}  // namespace

std::optional<Node> parse_document(std::uint32_t source, Reporter& reporter, std::size_t skipped) {
    const SourceText& text = reporter.source(source);
    Node start;
    start.source = source;
    const std::vector<TextProblem> problems = find_text_problems(text);
    for (const TextProblem& problem : problems) {
        start.line = problem.line, start.column = problem.byte_column;
        reporter.error(problem.id, start, problem.message, problem.hint);
    }
    if (!problems.empty()) return std::nullopt;
    if (skipped == 0) return parse(text.text(), start, reporter);
    return parse(std::string(skipped, ' ') + text.text().substr(skipped), start, reporter);
}

}  // namespace seedwire::scenario
