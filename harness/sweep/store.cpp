#include "harness/sweep/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "sim/base/stable_hash.h"

namespace seedwire::sweep {

namespace fs = std::filesystem;

namespace {

/// Changes with the tables below: an older file is not understood by halves.
constexpr int kFormat = 1;

// What begins with kept_ is the store; docs/studies.md describes the other tables, which
// materialise.cpp writes. No table has an order of its own: what a query answers does not depend on
// the order in which runs ended.
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS kept_runs(
  key INTEGER, seed INTEGER, measured INTEGER, record BLOB, sum INTEGER,
  PRIMARY KEY(key, seed, measured)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept_points(
  point INTEGER PRIMARY KEY, key INTEGER, scenario INTEGER, measured INTEGER);
CREATE TABLE IF NOT EXISTS kept_measured(number INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE IF NOT EXISTS sources(number INTEGER PRIMARY KEY, path TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS study(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
)sql";

std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t as_unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

/// Finds what the database's own check does not: changed bytes within a record.
std::int64_t sum_of(std::uint64_t key, std::uint64_t seed, std::string_view record) {
    return as_signed(combine_hash(combine_hash(key, seed), stable_hash(record)));
}

}  // namespace

Store::Store(std::string directory, Mode mode) : directory_{std::move(directory)} {
    while (directory_.size() > 1 && directory_.back() == '/') directory_.pop_back();
    const std::string file = path("results.sqlite");
    std::error_code failure;
    if (mode == Mode::Read && !fs::exists(file, failure)) {
        error_ = fmt::format("{}: holds no results of a study (no results.sqlite)", directory_);
        return;
    }
    if (mode != Mode::Read) {
        if (mode == Mode::Create && fs::exists(file, failure)) {
            error_ =
                fmt::format("{}: holds results already; --resume goes on with them", directory_);
            return;
        }
        fs::create_directories(directory_, failure);
        if (failure && !fs::is_directory(directory_)) {
            error_ = fmt::format("{}: {}", directory_, failure.message());
            return;
        }
        lock();
        if (!error_.empty()) return;
    }
    database_ = std::make_unique<Database>(
        file, mode == Mode::Read ? Database::Mode::Read : Database::Mode::Write);
    if (!database_->check()) return;
    Statement format{*database_, "PRAGMA user_version"};
    const std::int64_t found = format.step() ? format.integer(0) : 0;
    format.reset();
    if (found != 0 && found != kFormat) {
        error_ = fmt::format("{}: is of another version of seedwire (format {}, not {})", file,
                             found, kFormat);
        return;
    }
    if (mode != Mode::Read) make_tables();
    keep_ = Statement{*database_,
                      "INSERT OR REPLACE INTO kept_runs(key, seed, measured, record, sum) "
                      "VALUES(?, ?, ?, ?, ?)"};
    each_ = Statement{*database_,
                      "SELECT seed, record, sum FROM kept_runs WHERE key = ? AND seed >= ? AND "
                      "seed < ? AND measured = ? ORDER BY seed"};
}

Store::~Store() {
    if (lock_ >= 0) close(lock_);
}

const std::string& Store::error() const {
    if (!error_.empty() || database_ == nullptr) return error_;
    return database_->error();
}

/// Two programs that write the same folder would undo each other's work.
void Store::lock() {
    const std::string file = path(".lock");
    lock_ = open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);  // NOLINT: open has a mode
    // A lock of the process, which workers do not inherit: when this process is killed, theirs may
    // go on for a moment.
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (lock_ < 0)
        error_ = fmt::format("{}: {}", file, std::strerror(errno));
    else if (fcntl(lock_, F_SETLK, &whole) != 0 && (errno == EACCES || errno == EAGAIN))
        error_ = fmt::format("{}: another seedwire is writing there", directory_);
}

void Store::make_tables() {
    database_->begin();
    database_->execute(kTables);
    database_->execute(fmt::format("PRAGMA user_version = {}", kFormat));
    database_->commit();
}

void Store::begin() {
    if (!in_transaction_) database_->begin();
    in_transaction_ = true;
}

void Store::commit() {
    if (!in_transaction_) return;
    in_transaction_ = false;
    database_->commit();
}

void Store::save_sources(const study::Study& study, std::string_view model_version) {
    begin();
    database_->execute("DELETE FROM sources; DELETE FROM study;");
    Statement add{*database_, "INSERT INTO sources(path, text) VALUES(?, ?)"};
    for (const auto& [file, text] : study.sources) add.bind(file).bind(text).run();
    Statement set{*database_, "INSERT INTO study(name, value) VALUES(?, ?)"};
    set.bind("study").bind(study.name).run();
    set.bind("file").bind(study.file).run();
    set.bind("model_version").bind(model_version).run();
    commit();
}

std::vector<std::pair<std::string, std::string>> Store::sources() {
    std::vector<std::pair<std::string, std::string>> all;
    Statement statement{*database_, "SELECT path, text FROM sources ORDER BY number"};
    while (statement.step()) all.emplace_back(statement.text(0), statement.text(1));
    return all;
}

std::string Store::value(std::string_view name) {
    Statement statement{*database_, "SELECT value FROM study WHERE name = ?"};
    return statement.bind(name).step() ? std::string{statement.text(0)} : std::string{};
}

std::optional<Keys> Store::keys(std::uint64_t inputs) {
    if (value("kept_inputs") != fmt::format("{:016x}", inputs)) return std::nullopt;
    Keys keys;
    Statement measured{*database_, "SELECT text FROM kept_measured ORDER BY number"};
    while (measured.step()) keys.measured.push_back(Measured::parse(measured.text(0)));
    Statement points{*database_, "SELECT key, scenario, measured FROM kept_points ORDER BY point"};
    while (points.step())
        keys.points.push_back({as_unsigned(points.integer(0)), as_unsigned(points.integer(1)),
                               static_cast<std::uint32_t>(points.integer(2))});
    if (!good()) return std::nullopt;
    return keys;
}

void Store::save_keys(std::uint64_t inputs, const Keys& keys) {
    begin();
    database_->execute("DELETE FROM kept_points; DELETE FROM kept_measured;");
    Statement measured{*database_, "INSERT INTO kept_measured(number, text) VALUES(?, ?)"};
    for (std::size_t i = 0; i < keys.measured.size(); ++i)
        measured.bind(static_cast<std::int64_t>(i)).bind(keys.measured[i].text()).run();
    Statement point{*database_,
                    "INSERT INTO kept_points(point, key, scenario, measured) VALUES(?, ?, ?, ?)"};
    for (std::size_t i = 0; i < keys.points.size(); ++i)
        point.bind(static_cast<std::int64_t>(i))
            .bind(as_signed(keys.points[i].key))
            .bind(as_signed(keys.points[i].scenario))
            .bind(std::int64_t{keys.points[i].measured})
            .run();
    Statement set{*database_, "INSERT OR REPLACE INTO study(name, value) VALUES('kept_inputs', ?)"};
    set.bind(fmt::format("{:016x}", inputs)).run();
    commit();
}

void Store::keep(const PointKey& point, std::uint64_t measured, std::uint64_t seed,
                 const Record& record) {
    begin();
    const std::string bytes = encode(record);
    keep_.bind(as_signed(point.key))
        .bind(as_signed(seed))
        .bind(as_signed(measured))
        .bind_blob(bytes)
        .bind(sum_of(point.key, seed, bytes))
        .run();
}

void Store::each(const PointKey& point, std::uint64_t measured, std::uint64_t first,
                 std::uint64_t end,
                 const std::function<void(std::uint64_t seed, const Record& record)>& found) {
    each_.bind(as_signed(point.key))
        .bind(as_signed(first))
        .bind(as_signed(end))
        .bind(as_signed(measured));
    while (each_.step()) {
        const std::uint64_t seed = as_unsigned(each_.integer(0));
        const std::string_view bytes = each_.blob(1);
        const std::optional<Record> record = decode(bytes);
        if (!record || each_.integer(2) != sum_of(point.key, seed, bytes)) {
            error_ =
                fmt::format("{}: the file is damaged (the record of seed {} of scenario {:016x})",
                            path("results.sqlite"), seed, point.scenario);
            each_.reset();
            return;
        }
        found(seed, *record);
    }
}

void Store::merge(Store& other) {
    begin();
    Statement read{other.database(),
                   "SELECT key, seed, measured, record, sum FROM kept_runs ORDER BY key, seed"};
    Statement known{*database_,
                    "SELECT record FROM kept_runs WHERE key = ? AND seed = ? AND measured = ?"};
    while (read.step()) {
        const std::string_view bytes = read.blob(3);
        const std::uint64_t key = as_unsigned(read.integer(0)), seed = as_unsigned(read.integer(1));
        if (!decode(bytes) || read.integer(4) != sum_of(key, seed, bytes)) {
            error_ = fmt::format("{}: the file is damaged (the record of seed {})",
                                 other.path("results.sqlite"), seed);
            return;
        }
        const bool overlaps =
            known.bind(read.integer(0)).bind(read.integer(1)).bind(read.integer(2)).step();
        if (overlaps && known.blob(0) != bytes) {
            error_ =
                fmt::format("{} and {} both have seed {} of one scenario, with different results",
                            directory_, other.directory(), seed);
            differs_ = true;
            return;
        }
        known.reset();
        if (!overlaps)
            keep_.bind(read.integer(0))
                .bind(read.integer(1))
                .bind(read.integer(2))
                .bind_blob(bytes)
                .bind(read.integer(4))
                .run();
    }
    commit();
    if (good() && !other.good()) error_ = other.error();
}

}  // namespace seedwire::sweep
