#include "harness/sweep/merge.h"

#include <fmt/format.h>

#include "harness/run/model_version.h"
#include "harness/sweep/keys.h"
#include "harness/sweep/warm_up.h"

namespace seedwire::sweep {

namespace {

/// The texts in their order, without the paths: shards may have been started elsewhere.
std::vector<std::string> texts_of(Store& store) {
    std::vector<std::string> texts{store.value("model_version")};
    for (auto& [path, text] : store.sources()) texts.push_back(std::move(text));
    return texts;
}

}  // namespace

Merged merge(const std::vector<std::string>& shards, Store& into, std::size_t jobs) {
    Merged merged;
    const auto fail = [&](run::ExitCode code, std::string problem) {
        merged.code = code;
        merged.problem = std::move(problem);
        return std::move(merged);
    };
    std::vector<std::string> texts;
    for (const std::string& directory : shards) {
        Store shard{directory, Store::Mode::Read};
        if (!shard.good()) return fail(run::ExitCode::BadInput, shard.error());
        std::vector<std::string> own = texts_of(shard);
        if (texts.empty()) {
            texts = std::move(own);
            scenario::Diagnostics problems;
            merged.study = open_study_of(shard, problems);
            if (!merged.study)
                return fail(run::ExitCode::BadInput, scenario::render(problems, "", false));
            if (texts.front() != run::model_version())
                return fail(run::ExitCode::BadInput,
                            fmt::format("{}: computed by {}; this is {}", directory, texts.front(),
                                        run::model_version()));
        } else if (own != texts) {
            const bool version = own.front() != texts.front();
            return fail(run::ExitCode::BadInput,
                        fmt::format("{} and {} are of different {}", shards.front(), directory,
                                    version ? "versions of the models" : "studies"));
        }
        into.merge(shard);
        if (!into.good())
            return fail(into.differs() ? run::ExitCode::Differs : run::ExitCode::Partial,
                        into.error());
    }
    if (std::string why = find_warm_up(*merged.study); !why.empty())
        return fail(run::ExitCode::BadInput, std::move(why));
    const study::Study& study = merged.study->study;
    into.save_sources(study, run::model_version());
    scenario::Diagnostics problems;
    auto keys = compute_keys(*merged.study->plan, run::model_version(), jobs, problems);
    if (!keys) return fail(run::ExitCode::BadInput, scenario::render(problems, "", false));
    merged.keys = std::move(*keys);
    into.save_keys(inputs_digest(study, run::model_version()), merged.keys);
    merged.outcome = look(*merged.study->plan, merged.keys, into);
    if (!into.good()) return fail(run::ExitCode::Partial, into.error());
    return merged;
}

}  // namespace seedwire::sweep
