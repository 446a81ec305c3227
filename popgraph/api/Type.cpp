#include "poplar/Type.hpp"

#include "popgraph/base/Types.hpp"

namespace poplar {

// The public constants are numbers, because public headers stand alone; here they meet the one list of types.
#define SAME(CONSTANT, ENUMERATOR)                                                                                    \
  static_assert(CONSTANT.id() == static_cast<unsigned>(popgraph::ElementType::ENUMERATOR), #CONSTANT);
SAME(BOOL, Bool)
SAME(CHAR, Char)
SAME(SIGNED_CHAR, SignedChar)
SAME(UNSIGNED_CHAR, UnsignedChar)
SAME(SHORT, Short)
SAME(UNSIGNED_SHORT, UnsignedShort)
SAME(INT, Int)
SAME(UNSIGNED_INT, UnsignedInt)
SAME(LONG, Long)
SAME(UNSIGNED_LONG, UnsignedLong)
SAME(LONGLONG, LongLong)
SAME(UNSIGNED_LONGLONG, UnsignedLongLong)
SAME(QUARTER, Quarter)
SAME(HALF, Half)
SAME(FLOAT, Float)
SAME(DOUBLE, Double)
SAME(QUARTER_METADATA, QuarterMetadata)
#undef SAME
static_assert(QUARTER_METADATA.id() + 1 == popgraph::kNumElementTypes, "every element type has a constant");

StringRef Type::name() const {
  if (id_ >= popgraph::kNumElementTypes)
    return "(no type)";
  const std::string_view name = popgraph::elementName(static_cast<popgraph::ElementType>(id_));
  return StringRef(name.data(), name.size());
}

bool Type::isFloatingPoint() const { return *this == HALF || *this == FLOAT || *this == QUARTER || *this == DOUBLE; }
bool Type::requiresMetadata() const { return *this == QUARTER; }

std::ostream &operator<<(std::ostream &stream, const Type &type) { return stream << type.name(); }

} // namespace poplar
