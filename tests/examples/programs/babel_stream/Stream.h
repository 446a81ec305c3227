#pragma once
#include <string>
#include <vector>

// What every implementation of the benchmark offers.
template <class T> class Stream {
public:
  virtual ~Stream() {}
  virtual void copy() = 0;
  virtual void mul() = 0;
  virtual void add() = 0;
  virtual void triad() = 0;
  virtual T dot() = 0;
  virtual void initArrays(T a, T b, T c) = 0;
  virtual void readArrays(std::vector<T> &a, std::vector<T> &b, std::vector<T> &c) = 0;
};
