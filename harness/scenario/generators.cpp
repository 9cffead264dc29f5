// What each generator makes, and the names it gives.
#include "harness/scenario/generators.h"

#include <string_view>

namespace seedwire::scenario {
namespace {

using Role = GeneratedLink::Role;

std::string numbered(std::string_view stem, std::int64_t number) {
    return std::string{stem} + std::to_string(number);
}

class Builder {
public:
    std::string host(std::string name) { return node(std::move(name), false); }
    std::string router(std::string name) { return node(std::move(name), true); }
    void link(const std::string& from, const std::string& to, Role role, std::string name = {}) {
        if (name.empty()) name = from + "-" + to;
        made_.links.push_back({std::move(name), from, to, role});
    }
    Generated take() { return std::move(made_); }

private:
    std::string node(std::string name, bool router) {
        made_.nodes.push_back({name, router});
        return name;
    }
    Generated made_;
};

/// r1 - .. - rN with a host at each.
void build_chain(Builder& builder, std::int64_t routers) {
    for (std::int64_t i = 1; i <= routers; ++i) {
        const std::string router = builder.router(numbered("r", i));
        builder.link(builder.host(numbered("h", i)), router, Role::Access);
        if (i > 1) builder.link(numbered("r", i - 1), router, Role::Core);
    }
}

}  // namespace

Generated generate_dumbbell(std::int64_t pairs) {
    Builder builder;
    const std::string left = builder.router("router_left"), right = builder.router("router_right");
    builder.link(left, right, Role::Core, "bottleneck");
    for (std::int64_t i = 1; i <= pairs; ++i) {
        builder.link(builder.host(numbered("left", i)), left, Role::Access);
        builder.link(right, builder.host(numbered("right", i)), Role::Access);
    }
    return builder.take();
}

Generated generate_star(std::int64_t hosts) {
    Builder builder;
    const std::string hub = builder.router("hub");
    for (std::int64_t i = 1; i <= hosts; ++i)
        builder.link(builder.host(numbered("h", i)), hub, Role::Access);
    return builder.take();
}

Generated generate_line(std::int64_t routers) {
    Builder builder;
    build_chain(builder, routers);
    return builder.take();
}

Generated generate_ring(std::int64_t routers) {
    Builder builder;
    build_chain(builder, routers);
    builder.link(numbered("r", routers), "r1", Role::Core);
    return builder.take();
}

Generated generate_tree(std::int64_t depth, std::int64_t fanout) {
    Builder builder;
    std::int64_t routers = 1, hosts = 0;
    std::vector<std::string> level{builder.router("r1")};
    for (std::int64_t d = 1; d <= depth; ++d) {
        std::vector<std::string> next;
        for (const std::string& parent : level) {
            for (std::int64_t i = 0; i < fanout; ++i) {
                const bool leaf = d == depth;
                next.push_back(leaf ? builder.host(numbered("h", ++hosts))
                                    : builder.router(numbered("r", ++routers)));
                builder.link(parent, next.back(), leaf ? Role::Access : Role::Core);
            }
        }
        level = std::move(next);
    }
    return builder.take();
}

Generated generate_parking_lot(std::int64_t hops) {
    Builder builder;
    builder.router("r1");
    builder.link(builder.host("source"), "r1", Role::Access);
    for (std::int64_t i = 1; i <= hops; ++i) {
        const std::string from = numbered("r", i);
        const std::string to = builder.router(numbered("r", i + 1));
        builder.link(from, to, Role::Core, numbered("hop", i));
        builder.link(builder.host(numbered("in", i)), from, Role::Access);
        builder.link(to, builder.host(numbered("out", i)), Role::Access);
    }
    builder.link(numbered("r", hops + 1), builder.host("sink"), Role::Access);
    return builder.take();
}

}  // namespace seedwire::scenario
