#ifndef poplar_RuntimeOptions_hpp
#define poplar_RuntimeOptions_hpp

#include <poplar/OptionFlags.hpp>

namespace poplar {

/// Engine options that are known only when a program is loaded or run. Those that say how to compile come too late and
/// are left aside.
class RuntimeOptions {
public:
  /// No options.
  RuntimeOptions() = default;
  explicit RuntimeOptions(const OptionFlags &options) : options_(options) {}
  /// The options by name.
  const OptionFlags &getOptions() const { return options_; }

private:
  OptionFlags options_;
};

} // namespace poplar

#endif
