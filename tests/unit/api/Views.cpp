#include "poplar/ArrayRef.hpp"
#include "poplar/Interval.hpp"
#include "poplar/StringRef.hpp"
#include "poplar/detail/OwnedText.hpp"
#include "tests/support/Catch.hpp"

#include <sstream>
#include <type_traits>
#include <unordered_set>

using poplar::ArrayRef;
using poplar::Interval;
using poplar::StringRef;

namespace {

std::size_t sum(ArrayRef<std::size_t> values) {
  std::size_t total = 0;
  for (std::size_t value : values) total += value;
  return total;
}

// The overload set of Tensor::slice.
const char *slice(Interval, unsigned = 0) { return "interval"; }
const char *slice(std::size_t, std::size_t, unsigned = 0) { return "bounds"; }
const char *slice(ArrayRef<std::size_t>, ArrayRef<std::size_t>) { return "lists"; }

// The overload set of Graph::addCodelets.
const char *addCodelets(StringRef, int = 0, StringRef = "") { return "path"; }
const char *addCodelets(ArrayRef<std::string>, StringRef = "") { return "paths"; }

std::string text(StringRef ref) { return ref; }

template <typename T> std::string printed(const T &value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

} // namespace

TEST_CASE("an ArrayRef is made of everything that holds consecutive elements") {
  const std::vector<std::size_t> vector{1, 2, 3};
  const std::array<std::size_t, 2> array{{4, 5}};
  const std::size_t plain[] = {6, 7};
  CHECK(sum(vector) == 6);
  CHECK(sum(array) == 9);
  CHECK(sum(plain) == 13);
  CHECK(sum({1, 2, 3, 4}) == 10);
  CHECK(sum({}) == 0);
  CHECK(sum({vector.data() + 1, 2}) == 5);
  CHECK(sum({vector.data(), vector.data() + 2}) == 3);
  CHECK(sum({vector.data(), std::size_t{0}}) == 0);
  CHECK(ArrayRef<std::size_t>(vector.data(), 0).empty());
  CHECK(ArrayRef<std::size_t>(vector).cloneAsVector() == vector);
  CHECK(ArrayRef<std::size_t>(vector).front() == 1);
  CHECK(ArrayRef<std::size_t>(vector).back() == 3);
  CHECK(printed(ArrayRef<std::size_t>(vector)) == "{1,2,3}");
  CHECK(ArrayRef<std::size_t>(vector) == ArrayRef<std::size_t>({1, 2, 3}));
  CHECK(ArrayRef<std::size_t>(vector) != ArrayRef<std::size_t>({1, 2}));
}

TEST_CASE("an ArrayRef names its types as containers do") {
  STATIC_REQUIRE(std::is_same_v<gccs::ArrayRef<int>, ArrayRef<int>>);
  using Numbers = ArrayRef<int>;
  STATIC_REQUIRE(std::is_same_v<Numbers::value_type, int>);
  STATIC_REQUIRE(std::is_same_v<Numbers::size_type, std::size_t>);
  STATIC_REQUIRE(std::is_same_v<Numbers::const_iterator, const int *>);
  const int values[] = {3, 4, 5};
  const Numbers::const_reverse_iterator last = Numbers(values, 3).rbegin();
  CHECK(*last == 5);
}

TEST_CASE("an ArrayRef is walked from both ends") {
  const int plain[] = {1, 2, 3};
  const ArrayRef<int> view(plain);
  CHECK(std::vector<int>(view.cbegin(), view.cend()) == std::vector<int>{1, 2, 3});
  CHECK(std::vector<int>(view.rbegin(), view.rend()) == std::vector<int>{3, 2, 1});
}

TEST_CASE("an owned text is a text to all that take one") {
  using poplar::detail::OwnedText;
  const std::string text = "a text that is too long for a small buffer";
  const OwnedText owned(text), empty, other("b");
  CHECK(owned.size() == text.size());
  CHECK(empty.empty());
  CHECK(std::string(owned.c_str()) == text);
  CHECK(std::string(empty.c_str()).empty());
  CHECK(std::string(owned) == text);
  CHECK(owned.str() == text);
  const StringRef view = owned;
  CHECK(view == text);
  CHECK((owned == text && text == owned && owned == text.c_str() && owned == view && owned == OwnedText(owned)));
  CHECK((owned != "b" && "b" != owned && owned != other && owned < other));
  CHECK(owned + "c" == text + "c");
  CHECK("c" + owned == "c" + text);
  CHECK(other + other == "bb");
  CHECK(printed(owned) == text);
  OwnedText moved(owned);
  OwnedText target = std::move(moved);
  CHECK(target == text);
  target = other;
  CHECK(target == "b");
  target = *&target;
  CHECK(target == "b");
}

TEST_CASE("an ArrayRef converts elements only in place") {
  int value = 5;
  const std::vector<int *> pointers{&value};
  const ArrayRef<const int *> constPointers = pointers;
  CHECK(*constPointers[0] == 5);
  CHECK(static_cast<const void *>(constPointers.data()) == pointers.data());
  STATIC_REQUIRE(!std::is_convertible<std::vector<int>, ArrayRef<long>>::value);
  STATIC_REQUIRE(!std::is_convertible<std::vector<int>, ArrayRef<unsigned>>::value);
  STATIC_REQUIRE(!std::is_convertible<std::vector<bool>, ArrayRef<char>>::value);
}

TEST_CASE("braces choose the overload that users of Tensor and Graph mean") {
  CHECK(slice({0, 4}) == std::string("interval"));
  CHECK(slice({0, 4}, 1) == std::string("interval"));
  CHECK(slice(0, 4) == std::string("bounds"));
  CHECK(slice(0, 4, 1) == std::string("bounds"));
  CHECK(slice({1, 1}, {2, 4}) == std::string("lists"));
  CHECK(slice({1, 1, 1}, {2, 4, 5}) == std::string("lists"));
  CHECK(addCodelets("a.cpp") == std::string("path"));
  CHECK(addCodelets(std::string("a.cpp")) == std::string("path"));
  CHECK(addCodelets({"a.cpp"}, "-O3") == std::string("paths"));
  CHECK(addCodelets({"a.cpp", "b.cpp"}) == std::string("paths"));
}

TEST_CASE("a StringRef behaves as the text it refers to") {
  CHECK(StringRef("text").cloneAsString() == std::string("text"));
  const std::string owner = "hello";
  const StringRef ref = owner;
  CHECK(ref.data() == owner.data());
  CHECK(text("abc") == "abc");
  CHECK(text(owner) == "hello");
  CHECK(text({"abcdef", 3}) == "abc");
  CHECK(text(nullptr).empty());
  CHECK(ref == "hello");
  CHECK("hello" == ref);
  CHECK(owner == ref);
  CHECK(ref != "hell");
  CHECK(StringRef("a") < StringRef("ab"));
  CHECK(StringRef("b") > StringRef("ab"));
  CHECK(StringRef("\xff") > StringRef("a")); // bytes, not signed characters
  CHECK(ref + " you" == "hello you");
  CHECK("oh " + ref == "oh hello");
  CHECK(owner + ref == "hellohello");
  CHECK(ref + owner == "hellohello");
  CHECK(ref + ref == "hellohello");
  std::string assigned;
  assigned = ref;
  assigned += ref;
  CHECK(assigned == "hellohello");
  CHECK(printed(ref) == "hello");
  CHECK(std::unordered_set<StringRef>{"a", "b", "a"}.size() == 2);
}

TEST_CASE("an Interval is half open and ordered by its beginning") {
  CHECK(poplar::GenericInterval<int>(-2, 3).size() == 5);
  const Interval interval = {2, 5};
  CHECK(interval.begin() == 2);
  CHECK(interval.end() == 5);
  CHECK(interval.lower() == 2);
  CHECK(interval.upper() == 5);
  CHECK(interval.size() == 3);
  CHECK(Interval().size() == 0);
  CHECK(Interval(1, 9) < Interval(2, 3));
  CHECK(Interval(1, 2) < Interval(1, 3));
  CHECK_FALSE(Interval(1, 3) < Interval(1, 3));
  CHECK(printed(interval) == "[2,5)");
}
