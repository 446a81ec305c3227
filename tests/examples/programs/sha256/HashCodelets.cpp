#include "Sha256.hpp"
#include <cstring>
#include <poplar/Vertex.hpp>

using namespace poplar;

// Tries nonces: each worker takes every sixth one, and reports the smallest hash it has seen with its nonce.
class Mine : public MultiVertex {
public:
  Input<Vector<unsigned char>> message; // at most 47 bytes
  Output<Vector<unsigned>> best;        // for each worker: first word of the hash, nonce
  unsigned long long first;
  unsigned count;

  bool compute(unsigned worker) {
    unsigned least = ~0u, leastNonce = 0;
    for (unsigned i = worker; i < count; i += numWorkers()) {
      unsigned char block[64];
      std::memset(block, 0, sizeof block);
      std::memcpy(block, &message[0], message.size());
      const unsigned long long nonce = first + i;
      std::memcpy(block + message.size(), &nonce, sizeof nonce);
      const unsigned length = message.size() + sizeof nonce;
      block[length] = 0x80;
      block[62] = static_cast<unsigned char>(length * 8 >> 8);
      block[63] = static_cast<unsigned char>(length * 8);
      std::uint32_t state[8];
      std::memcpy(state, sha::kInitial, sizeof state);
      sha::compress(state, block);
      if (state[0] < least) {
        least = state[0];
        leastNonce = static_cast<unsigned>(nonce);
      }
    }
    best[2 * worker] = least;
    best[2 * worker + 1] = leastNonce;
    return true;
  }
};
