// An application on a little framework of its own: builder and executor, named programs, streamable tensors,
// executables that are saved and loaded.
//
// Build: g++ -std=c++17 -Iinclude blur_app.cpp -lpoplar -lpoputil -o blur
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"8"}' ./blur
// Run: ./blur --model --save blur --compile-only && ls blur.poplar.exe
// Run: ./blur --model --load blur
// Run: POPGRAPH_BACKEND=cpu POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"8"}' ./blur --ipus 2
#include <ipu_app.hpp>
#include <poputil/TileMapping.hpp>
#include <numeric>
#include <vector>

using namespace poplar;
using namespace poplar::program;

class BlurApp final : public app::Builder {
public:
  void build(Graph &graph, const Target &target) override {
    graph.addCodelets({"codelets/blur.cpp"});
    const auto tiles = target.getNumTiles();
    image_ = graph.addVariable(UNSIGNED_CHAR, {kHeight, kWidth}, "image");
    blurred_ = graph.clone(image_, "blurred");
    auto top = image_.get().slice(0, 1), bottom = image_.get().slice(kHeight - 1, kHeight);
    auto padded = concat({top, image_, bottom});
    auto cs = graph.addComputeSet("blur");
    for (auto tile = 0u; tile < tiles; ++tile) {
      const auto begin = kHeight * tile / tiles, end = kHeight * (tile + 1) / tiles;
      if (begin == end) continue;
      auto v = graph.addVertex(cs, "Blur",
                               {{"in", padded.slice(begin, end + 2)}, {"out", blurred_.get().slice(begin, end)}});
      graph.setTileMapping(v, tile);
      for (const auto &t : {image_.get(), blurred_.get()}) graph.setTileMapping(t.slice(begin, end), tile);
    }
    programs().add("write", image_.write(graph));
    programs().add("blur", Sequence{Repeat(2, Sequence{Execute(cs), Copy(blurred_, image_)})});
    programs().add("read", Sequence{blurred_.read(graph)});
  }

  void execute(Engine &engine, const Device &device) override {
    std::vector<unsigned char> image(kHeight * kWidth), result(image.size());
    for (auto i = 0u; i < image.size(); ++i) image[i] = static_cast<unsigned char>(i * i % 251);
    image_.connectWrite(engine, image);
    blurred_.connectRead(engine, result);
    for (const auto *name : {"write", "blur", "read"}) engine.run(programs()[name], name);
    for (int pass = 0; pass < 2; ++pass) image = blur(image);
    std::cout << device.getTarget().getNumIPUs() << " IPUs: mean "
              << std::accumulate(result.begin(), result.end(), 0.0) / result.size() << '\n';
    if (result != image) throw std::runtime_error("the image is wrong");
  }

private:
  static constexpr std::size_t kHeight = 21, kWidth = 30;

  static std::vector<unsigned char> blur(const std::vector<unsigned char> &in) {
    std::vector<unsigned char> out(in.size());
    for (int y = 0; y < int(kHeight); ++y)
      for (int x = 0; x < int(kWidth); ++x) {
        unsigned sum = 0, count = 0;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx) {
            if (x + dx < 0 || x + dx >= int(kWidth)) continue;
            sum += in[std::min(std::max(y + dy, 0), int(kHeight) - 1) * kWidth + x + dx];
            ++count;
          }
        out[y * kWidth + x] = static_cast<unsigned char>(sum / count);
      }
    return out;
  }

  app::StreamableTensor image_{"image"}, blurred_{"blurred"};
};

int main(int argc, char **argv) {
  app::RuntimeConfig config;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--model") config.useIpuModel = true;
    if (option == "--compile-only") config.compileOnly = true;
    if (option == "--ipus") config.numIpus = std::stoul(argv[++i]);
    if (option == "--save" || option == "--load") {
      (option == "--save" ? config.saveExe : config.loadExe) = true;
      config.exeName = argv[++i];
    }
  }
  BlurApp builder;
  return app::Manager(config).run(builder);
}
