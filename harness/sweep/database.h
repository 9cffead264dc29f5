// SQLite, as far as studies need it: the only file that knows it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace seedwire::sweep {

class Database;

/// A prepared statement. After a failure of its database it does nothing.
class Statement {
public:
    Statement() = default;
    Statement(Database& database, std::string_view sql);

    Statement& bind(std::int64_t value);
    Statement& bind(double value);  ///< not a number is NULL
    Statement& bind(std::string_view value);
    Statement& bind_blob(std::string_view value);
    Statement& bind_null();
    /// True while there is a row. Without one the statement is ready to be bound again.
    bool step();
    /// For statements without rows.
    void run() { step(); }
    void reset();

    int columns() const;
    std::string name(int column) const;
    std::int64_t integer(int column) const;
    double number(int column) const;
    std::string_view text(int column) const;  ///< until the next step
    std::string_view blob(int column) const;
    enum class Type : std::uint8_t { Null, Integer, Number, Text, Blob };
    Type type(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    Database* database_ = nullptr;
    int bound_ = 0;
};

class Database {
public:
    enum class Mode : std::uint8_t { Read, Write };

    /// Opens or, to write, makes the file. See error().
    Database(const std::string& path, Mode mode);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Empty: fine so far. Else what went wrong first; everything after it did nothing.
    const std::string& error() const { return error_; }
    bool good() const { return error_.empty(); }
    /// Several statements separated by `;`.
    void execute(const std::string& sql);
    /// Looks at every page; false, with an error, if the file is damaged.
    bool check();
    void begin();
    void commit();

private:
    friend class Statement;
    void fail(std::string_view what);

    std::string path_, error_;
    sqlite3* handle_ = nullptr;
};

}  // namespace seedwire::sweep
