#include "popgraph/profile/Database.hpp"
#include <sqlite3.h>

namespace popgraph::profile {
namespace {

int allowReadingOnly(void *, int action, const char *, const char *second, const char *, const char *) {
  switch (action) {
  case SQLITE_SELECT:
  case SQLITE_READ:
  case SQLITE_RECURSIVE:
    return SQLITE_OK;
  case SQLITE_FUNCTION:
    return second && std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
  default:
    return SQLITE_DENY;
  }
}

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt *statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3 *handle) const { sqlite3_close_v2(handle); }

void Statement::check(int code) const {
  if (code != SQLITE_OK)
    database_->fail(code);
}
void Statement::bindInteger(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), index, value));
  database_->boundBytes_ += 8;
}
void Statement::bindReal(int index, double value) {
  check(sqlite3_bind_double(statement_.get(), index, value));
  database_->boundBytes_ += 8;
}
void Statement::bindText(int index, std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), index, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  database_->boundBytes_ += text.size();
}
void Statement::bindBlob(int index, std::string_view bytes) {
  check(sqlite3_bind_blob64(statement_.get(), index, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC));
  database_->boundBytes_ += bytes.size();
}
void Statement::bindNull(int index) { check(sqlite3_bind_null(statement_.get(), index)); }

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW)
    return true;
  if (code != SQLITE_DONE)
    database_->fail(code);
  return false;
}
void Statement::reset() { sqlite3_reset(statement_.get()); }
int Statement::columns() const { return sqlite3_column_count(statement_.get()); }
std::string Statement::columnName(int column) const {
  const char *name = sqlite3_column_name(statement_.get(), column);
  return name ? name : "";
}
int Statement::type(int column) const { return sqlite3_column_type(statement_.get(), column); }
bool Statement::isNull(int column) const { return type(column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }
std::string_view Statement::bytes(int column) const {
  const void *data = type(column) == SQLITE_BLOB ? sqlite3_column_blob(statement_.get(), column)
                                                 : sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data && size > 0 ? std::string_view(static_cast<const char *>(data), static_cast<std::size_t>(size))
                          : std::string_view();
}
bool Statement::isReadOnly() const { return sqlite3_stmt_readonly(statement_.get()) != 0; }

Database::Database(std::string path, Mode mode) : path_(std::move(path)) {
  int flags = SQLITE_OPEN_NOMUTEX;
  if (mode == Mode::ReadOnly)
    flags |= SQLITE_OPEN_READONLY;
  else
    flags |= SQLITE_OPEN_READWRITE | (mode == Mode::Create ? SQLITE_OPEN_CREATE : 0);
  sqlite3 *handle = nullptr;
  const int code = sqlite3_open_v2(path_.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK)
    fail(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 2000);
  if (mode == Mode::ReadOnly) {
    // The file may come from anyone: its schema gets no say in what functions run.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 256 << 20);
    execute("PRAGMA cell_size_check=ON");
  }
}
Database::~Database() = default;

void Database::fail(int code) const {
  const char *text = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  const int extended = handle_ ? sqlite3_extended_errcode(handle_.get()) : code;
  throw DatabaseError(path_ + ": " + (text ? text : "SQLite error " + std::to_string(code)), extended);
}

void Database::execute(const std::string &sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    fail(code);
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt *raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK)
    fail(code);
  Statement statement;
  statement.database_ = this;
  statement.statement_.reset(raw);
  return statement;
}

std::int64_t Database::integer(std::string_view sql) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

void Database::restrictToReading() { sqlite3_set_authorizer(handle_.get(), allowReadingOnly, nullptr); }

} // namespace popgraph::profile
