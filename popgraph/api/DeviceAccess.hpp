#pragma once
// The inside of poplar::Device, for the library.
#include "poplar/Device.hpp"

#include <memory>
#include <vector>

namespace poplar::detail {

/// The claim of one device object, and of the virtual devices made of it, on IPUs of the machine.
class Claim {
public:
  /// `ipus`: numbers below kNumIPUs; none for what is always free.
  explicit Claim(std::vector<unsigned> ipus) : ipus_(std::move(ipus)) {}
  ~Claim() { release(); }
  Claim(const Claim &) = delete;
  bool take();
  void release();
  bool taken() const;
  const std::vector<unsigned> &ipus() const { return ipus_; }

  static constexpr unsigned kNumIPUs = 16;

private:
  std::vector<unsigned> ipus_;
  bool taken_ = false;
};

struct DeviceData {
  Target target;
  unsigned id = 0;
  std::shared_ptr<Claim> claim;
};

struct DeviceAccess {
  static Device make(Target target, unsigned id, std::vector<unsigned> ipus);
  static bool empty(const Device &device) { return !device.data_; }
};

} // namespace poplar::detail
