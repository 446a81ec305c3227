#pragma once
// Checks an exception's class and that its text names what a user needs.
#include <string>
#include <vector>

#include "tests/support/Catch.hpp"

namespace support {

template <typename Error, typename F> void throwsNaming(const std::vector<std::string> &words, F &&f) {
  try {
    f();
  } catch (const Error &error) {
    const std::string text = error.what();
    for (const std::string &word : words) {
      INFO("text: " << text);
      INFO("must name: " << word);
      CHECK(text.find(word) != std::string::npos);
    }
    return;
  } catch (const std::exception &error) {
    FAIL("another class was thrown: " << error.what());
  }
  FAIL("nothing was thrown");
}

} // namespace support
