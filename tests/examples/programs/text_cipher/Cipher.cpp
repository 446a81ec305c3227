// Text on the device: letters are shifted by a key and the words are counted; enciphering and deciphering are two
// programs of one engine.
//
// Build: g++ -std=c++11 Cipher.cpp -lpoplar -o cipher
// Run: ./cipher "The quick brown fox, jumps over 13 lazy dogs!"
// Run: ./cipher "single" --cpu
#ifdef __POPC__
#include <poplar/Vertex.hpp>

namespace text {

static bool isLower(unsigned char c) { return c >= 'a' && c <= 'z'; }
static bool isUpper(unsigned char c) { return c >= 'A' && c <= 'Z'; }

template <bool decipher> class Shift : public poplar::Vertex {
public:
  poplar::InOut<poplar::Vector<unsigned char>> text;
  poplar::Input<unsigned char> key;

  bool compute() {
    const int by = decipher ? 26 - *key % 26 : *key % 26;
    for (unsigned i = 0; i < text.size(); ++i) {
      unsigned char c = text[i];
      if (isLower(c))
        text[i] = 'a' + (c - 'a' + by) % 26;
      else if (isUpper(c))
        text[i] = 'A' + (c - 'A' + by) % 26;
    }
    return true;
  }
};
template class Shift<true>;
template class Shift<false>;

class CountWords : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<unsigned char>> text;
  poplar::Output<int> words;

  bool compute() {
    int count = 0;
    bool inside = false;
    for (unsigned char c : text) {
      const bool letter = isLower(c) || isUpper(c);
      count += letter && !inside;
      inside = letter;
    }
    *words = count;
    return true;
  }
};

} // namespace text

#else
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <cctype>
#include <iostream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **argv) {
  const std::string message = argc > 1 ? argv[1] : "Hello world";
  const unsigned char key = 29;
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = argc > 2 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets(__FILE__, CodeletFileType::Auto, "-O2");

  const unsigned tiles = graph.getTarget().getNumTiles();
  Tensor text = graph.addVariable(UNSIGNED_CHAR, {message.size()}, "text");
  Tensor keyTensor = graph.addConstant(UNSIGNED_CHAR, {}, key, "key");
  Tensor words = graph.addVariable(INT, {}, "words");
  graph.setTileMapping(keyTensor, 0);
  graph.setTileMapping(words, 0);
  ComputeSet encipher = graph.addComputeSet("encipher"), decipher = graph.addComputeSet("decipher"),
             count = graph.addComputeSet("count");
  for (unsigned tile = 0; tile < tiles; ++tile) {
    Tensor part = text.slice(message.size() * tile / tiles, message.size() * (tile + 1) / tiles);
    graph.setTileMapping(part, tile);
    for (bool back : {false, true}) {
      VertexRef v = graph.addVertex(back ? decipher : encipher, back ? "text::Shift<true>" : "text::Shift<false>");
      graph.connect(v["text"], part);
      graph.connect(v["key"], keyTensor);
      graph.setTileMapping(v, tile);
    }
  }
  VertexRef counter = graph.addVertex(count, "text::CountWords", {{"text", text}, {"words", words}});
  graph.setTileMapping(counter, tiles - 1);
  graph.createHostWrite("text-write", text);
  graph.createHostRead("text-read", text);
  graph.createHostRead("words", words);
  Engine engine(graph, {Sequence{Execute(count), Execute(encipher)}, Execute(decipher)});
  engine.load(device);

  std::string host = message, expected = message;
  int expectedWords = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!std::isalpha(message[i])) continue;
    const char base = std::islower(message[i]) ? 'a' : 'A';
    expected[i] = char(base + (message[i] - base + key) % 26);
    expectedWords += i == 0 || !std::isalpha(message[i - 1]);
  }
  engine.writeTensor("text-write", &host[0], &host[0] + host.size());
  engine.run(0);
  int hostWords;
  engine.readTensor("words", &hostWords, &hostWords + 1);
  engine.readTensor("text-read", &host[0], &host[0] + host.size());
  std::cout << hostWords << " words: " << host << '\n';
  bool right = host == expected && hostWords == expectedWords;
  engine.run(1);
  engine.readTensor("text-read", &host[0], &host[0] + host.size());
  right = right && host == message;
  return right ? 0 : 1;
}
#endif
