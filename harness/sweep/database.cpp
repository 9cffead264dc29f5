#include "harness/sweep/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>

namespace seedwire::sweep {

Database::Database(const std::string& path, Mode mode) : path_{path} {
    const int flags =
        mode == Mode::Read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr) != SQLITE_OK) fail("open");
    if (!good()) return;
    sqlite3_busy_timeout(handle_, 10'000);
    // One file at rest, on any file system. A transaction is on the disk before the next begins, so
    // that neither kill -9 nor a power failure leaves half of one.
    if (mode == Mode::Write) execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;");
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::fail(std::string_view what) {
    if (!error_.empty()) return;
    const int code = handle_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(handle_);
    const char* message = handle_ == nullptr ? "no memory" : sqlite3_errmsg(handle_);
    const int primary = code & 0xff;
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
        error_ = fmt::format("{}: the file is damaged ({})", path_, message);
    else if (primary == SQLITE_FULL)
        error_ = fmt::format("{}: the disk is full", path_);
    else if (primary == SQLITE_IOERR)
        error_ = fmt::format("{}: cannot be written ({})", path_, message);
    else
        error_ = fmt::format("{}: {} ({})", path_, message, what);
}

void Database::execute(const std::string& sql) {
    if (!good()) return;
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(sql.substr(0, 60));
}

bool Database::check() {
    Statement statement{*this, "PRAGMA quick_check(1)"};
    if (statement.step() && good() && statement.text(0) != "ok")
        error_ = fmt::format("{}: the file is damaged ({})", path_, statement.text(0));
    return good();
}

void Database::begin() { execute("BEGIN IMMEDIATE"); }
void Database::commit() { execute("COMMIT"); }

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(Database& database, std::string_view sql) : database_{&database} {
    if (!database.good()) return;
    sqlite3_stmt* made = nullptr;
    const int size = static_cast<int>(sql.size());
    if (sqlite3_prepare_v2(database.handle_, sql.data(), size, &made, nullptr) != SQLITE_OK)
        database.fail(sql.substr(0, 60));
    statement_.reset(made);
}

Statement& Statement::bind(std::int64_t value) {
    if (statement_) sqlite3_bind_int64(statement_.get(), ++bound_, value);
    return *this;
}

Statement& Statement::bind(double value) {
    if (std::isnan(value)) return bind_null();
    if (statement_) sqlite3_bind_double(statement_.get(), ++bound_, value);
    return *this;
}

Statement& Statement::bind(std::string_view value) {
    if (statement_)
        sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8);  // NOLINT: SQLite's own cast
    return *this;
}

Statement& Statement::bind_blob(std::string_view value) {
    if (statement_)
        sqlite3_bind_blob64(statement_.get(), ++bound_, value.data(), value.size(),
                            SQLITE_TRANSIENT);  // NOLINT: SQLite's own cast
    return *this;
}

Statement& Statement::bind_null() {
    if (statement_) sqlite3_bind_null(statement_.get(), ++bound_);
    return *this;
}

bool Statement::step() {
    if (!statement_ || !database_->good()) return false;
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) database_->fail(sqlite3_sql(statement_.get()));
    reset();
    return false;
}

void Statement::reset() {
    if (statement_) sqlite3_reset(statement_.get());
    bound_ = 0;
}

int Statement::columns() const { return statement_ ? sqlite3_column_count(statement_.get()) : 0; }

std::string Statement::name(int column) const {
    return sqlite3_column_name(statement_.get(), column);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

double Statement::number(int column) const {
    return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view Statement::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Statement::Type Statement::type(int column) const {
    switch (sqlite3_column_type(statement_.get(), column)) {
        case SQLITE_INTEGER:
            return Type::Integer;
        case SQLITE_FLOAT:
            return Type::Number;
        case SQLITE_TEXT:
            return Type::Text;
        case SQLITE_BLOB:
            return Type::Blob;
        default:
            return Type::Null;
    }
}

}  // namespace seedwire::sweep
