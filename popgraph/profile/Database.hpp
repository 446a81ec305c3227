#pragma once
// A thin, throwing skin over SQLite: enough for the profile writer and reader, no more.
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace popgraph::profile {

/// what() is "<path>: <what SQLite said>"; code() is SQLite's extended result code.
struct DatabaseError : std::runtime_error {
  DatabaseError(const std::string &text, int resultCode) : runtime_error(text), code(resultCode) {}
  int code;
};

class Database;

/// A prepared statement. Columns count from 0. Text and blob views are valid until the next step() or reset().
class Statement {
public:
  Statement() = default;
  /// Binds all arguments in order, runs the statement to its end and makes it ready again.
  template <class... T> void run(const T &...values) {
    int index = 0;
    (bind(++index, values), ...);
    while (step()) {
    }
    reset();
  }
  template <class T> void bind(int index, const T &value) {
    if constexpr (std::is_same_v<T, std::nullptr_t>)
      bindNull(index);
    else if constexpr (std::is_floating_point_v<T>)
      bindReal(index, value);
    else if constexpr (std::is_same_v<T, bool>)
      bindInteger(index, value ? 1 : 0);
    else if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>)
      bindInteger(index, value > kMax ? static_cast<std::int64_t>(kMax) : static_cast<std::int64_t>(value));
    else if constexpr (std::is_integral_v<T>)
      bindInteger(index, value);
    else
      bindText(index, value);
  }
  /// The bytes must stay in place until the statement is run.
  void bindBlob(int index, std::string_view bytes);
  void bindNull(int index);
  bool step(); ///< true: a row is there
  void reset();
  int columns() const;
  std::string columnName(int column) const;
  int type(int column) const; ///< SQLITE_INTEGER …
  bool isNull(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view bytes(int column) const; ///< text or blob
  bool isReadOnly() const;

private:
  friend class Database;
  static constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  struct Finalize { void operator()(sqlite3_stmt *statement) const; };
  void bindInteger(int index, std::int64_t value);
  void bindReal(int index, double value);
  void bindText(int index, std::string_view text);
  void check(int code) const;
  Database *database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
public:
  enum class Mode { ReadOnly, ReadWrite, Create };
  /// Throws DatabaseError.
  Database(std::string path, Mode mode);
  Database(const Database &) = delete;
  Database &operator=(const Database &) = delete;
  ~Database();
  void execute(const std::string &sql);
  Statement prepare(std::string_view sql);
  /// First column of the first row, 0 when there is none.
  std::int64_t integer(std::string_view sql);
  /// From now on statements may only read tables of this file: no writes, no ATTACH, no PRAGMA, no extensions.
  void restrictToReading();
  const std::string &path() const { return path_; }
  /// Payload bytes bound so far, by all statements.
  std::uint64_t boundBytes() const { return boundBytes_; }
  [[noreturn]] void fail(int code) const;

private:
  friend class Statement;
  struct Close { void operator()(sqlite3 *handle) const; };
  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::uint64_t boundBytes_ = 0;
};

} // namespace popgraph::profile
