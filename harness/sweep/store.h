// The results folder of a study: what was computed, under keys that say what it is, and the tables
// that people read, made from it in the order of the plan.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/study/plan.h"
#include "harness/sweep/database.h"
#include "harness/sweep/record.h"

namespace seedwire::sweep {

/// What is computed at a point: its effective scenario and the models, and what is measured.
struct PointKey {
    std::uint64_t key = 0;       ///< of effective scenario and model version
    std::uint64_t scenario = 0;  ///< digest of the effective scenario, any seed
    std::uint32_t measured = 0;  ///< index into Keys::measured
};

/// Of all points of a plan.
struct Keys {
    std::vector<PointKey> points;
    std::vector<Measured> measured;
};

class Store {
public:
    enum class Mode : std::uint8_t {
        Create,  ///< the folder must not hold results
        Resume,  ///< it may
        Read
    };
    /// Opens `directory`/results.sqlite; with a lock unless it is only read. See error().
    Store(std::string directory, Mode mode);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    const std::string& error() const;
    bool good() const { return error().empty(); }
    const std::string& directory() const { return directory_; }
    std::string path(std::string_view name) const { return directory_ + "/" + std::string{name}; }
    Database& database() { return *database_; }

    /// Remembers the study's files; they are read again by load_sources().
    void save_sources(const study::Study& study, std::string_view model_version);
    std::vector<std::pair<std::string, std::string>> sources();
    std::string value(std::string_view name);

    /// The keys of a plan whose inputs have this digest, if they were kept.
    std::optional<Keys> keys(std::uint64_t inputs);
    void save_keys(std::uint64_t inputs, const Keys& keys);

    void keep(const PointKey& point, std::uint64_t measured, std::uint64_t seed,
              const Record& record);
    /// Writes what was kept since the last time.
    void commit();
    /// Calls `found` for each kept run of the point with first <= seed < end, by seed.
    void each(const PointKey& point, std::uint64_t measured, std::uint64_t first, std::uint64_t end,
              const std::function<void(std::uint64_t seed, const Record& record)>& found);
    /// Takes over what another store keeps; an error if both have a run and it differs.
    void merge(Store& other);
    /// The error is that two stores have different results of the same run.
    bool differs() const { return differs_; }

private:
    void lock();
    void make_tables();
    void begin();

    std::string directory_, error_;
    int lock_ = -1;
    bool in_transaction_ = false, differs_ = false;
    std::unique_ptr<Database> database_;
    Statement keep_, each_;
};

}  // namespace seedwire::sweep
