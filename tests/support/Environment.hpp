#pragma once
#include <cstdlib>
#include <string>

/// Sets an environment variable, or unsets it with null, until the end of the scope.
class Environment {
public:
  Environment(const char *name, const char *value) : name_(name) {
    if (const char *before = std::getenv(name))
      before_ = before, wasSet_ = true;
    change(value);
  }
  ~Environment() { change(wasSet_ ? before_.c_str() : nullptr); }
  Environment(const Environment &) = delete;

private:
  void change(const char *value) { value ? setenv(name_.c_str(), value, 1) : unsetenv(name_.c_str()); }
  std::string name_, before_;
  bool wasSet_ = false;
};
