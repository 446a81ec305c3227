#ifndef BLAS1_HPP
#define BLAS1_HPP

#include <poplar/Device.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <string>

namespace blas1 {

poplar::Device openDevice(const std::string &kind);

// y += alpha x
void axpy(poplar::Graph &graph, poplar::Tensor alpha, poplar::Tensor x, poplar::Tensor y,
          poplar::program::Sequence &prog, const poplar::DebugContext &debugContext = {});

// The Euclidean norm of x.
poplar::Tensor nrm2(poplar::Graph &graph, poplar::Tensor x, poplar::program::Sequence &prog,
                    const poplar::DebugContext &debugContext = {});

} // namespace blas1

#endif
