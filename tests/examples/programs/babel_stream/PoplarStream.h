#pragma once
#include "Stream.h"
#include <memory>
#include <poplar/Engine.hpp>

template <class T> class PoplarStream : public Stream<T> {
public:
  PoplarStream(unsigned size, const std::string &device);
  void copy() override { engine_->run(COPY); }
  void mul() override { engine_->run(MUL); }
  void add() override { engine_->run(ADD); }
  void triad() override { engine_->run(TRIAD); }
  T dot() override;
  void initArrays(T a, T b, T c) override;
  void readArrays(std::vector<T> &a, std::vector<T> &b, std::vector<T> &c) override;

private:
  enum { INIT, COPY, MUL, ADD, TRIAD, DOT, READ, NUM_PROGRAMS };

  unsigned size_;
  poplar::Device device_;
  std::unique_ptr<poplar::Engine> engine_;
  T init_[3];
  T dot_;
  std::vector<T> arrays_;
};
