#ifndef pva_detail_Part_hpp
#define pva_detail_Part_hpp

#include <cstddef>
#include <memory>
#include <utility>

/// Marks what libpva exports: everything else in it has hidden visibility.
#define PVA_API __attribute__((visibility("default")))

namespace pva {
namespace detail {

struct ReportData;

/// Something in a report: the report, which it keeps alive, and a number there.
class Part {
public:
  explicit Part(std::shared_ptr<const ReportData> data, std::size_t index = 0)
      : data_(std::move(data)), index_(index) {}

protected:
  std::shared_ptr<const ReportData> data_;
  std::size_t index_;
};

} // namespace detail
} // namespace pva

#endif
