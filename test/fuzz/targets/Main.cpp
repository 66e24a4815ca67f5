// What all targets share: the list, a sandbox around the process, a stack as large as the compiler has. Built with libFuzzer it is
// the fuzzer, which $GENE_FUZZ_TARGET tells the target (test/fuzz/fuzz.py); without, it replays files:
//
//   gene_fuzz TARGET [--runs N] FILE...   each file, and N inputs that are made of them, always the same ones

#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/Runtime.h"
#include "runtime/support/Sandbox.h"
#include "test/fuzz/targets/Target.h"

namespace gene::fuzz {
namespace {

const Target*& first() {
  static const Target* all = nullptr;
  return all;
}

/// Nothing that a program of the fuzzer's does reaches the machine; nor does it take much of it.
void prepare() {
  ::setenv("GENE_STRESS", "off", 0);
  sandbox::begin();
}

struct Call {
  const Target& target;
  std::string_view input;
};

void run(const Target& target, std::string_view input) {
  Call call{target, input};
  static const RuntimeOptions options;
  runOnLargeStack(
      options,
      [](void* data) {
        const Call& c = *static_cast<Call*>(data);
        c.target.run(c.input);
        return 0;
      },
      &call);
}

}  // namespace

Target::Target(const char* nameOfIt, void (*function)(std::string_view input))
    : name(nameOfIt), run(function), next(first()) {
  first() = this;
}

const Target* targetNamed(std::string_view name) {
  for (const Target* t = first(); t; t = t->next)
    if (t->name == name) return t;
  return nullptr;
}

void forEachTarget(void (*f)(const Target& target)) {
  for (const Target* t = first(); t; t = t->next) f(*t);
}

}  // namespace gene::fuzz

using namespace gene;
using namespace gene::fuzz;

#ifdef GENE_LIBFUZZER

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Target* const target = [] {
    const char* name = std::getenv("GENE_FUZZ_TARGET");
    const Target* found = targetNamed(name ? name : "");
    if (!found) {
      std::fprintf(stderr, "GENE_FUZZ_TARGET has to name a target\n");
      std::exit(2);
    }
    prepare();
    return found;
  }();
  fuzz::run(*target, {reinterpret_cast<const char*>(data), size});
  return 0;
}

#else

namespace {

std::string read(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// One of the inputs, changed in some places, or two of them.
std::string changed(const std::vector<std::string>& inputs, std::mt19937_64& random) {
  const auto below = [&](size_t n) { return n == 0 ? 0 : random() % n; };
  std::string text = inputs[below(inputs.size())];
  for (uint64_t i = below(6) + 1; i > 0; i--) {
    const std::string& other = inputs[below(inputs.size())];
    const size_t at = below(text.size() + 1), from = below(other.size());
    switch (below(5)) {
      case 0: text.insert(at, 1, static_cast<char>(random())); break;
      case 1: text.erase(at, below(8)); break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(random());
        break;
      case 3: text.insert(at, other, from, below(32)); break;
      default: text.insert(at, text, below(text.size()), below(32)); break;
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const Target* const target = argc > 1 ? targetNamed(argv[1]) : nullptr;
  if (!target) {
    forEachTarget([](const Target& t) { std::printf("%s\n", t.name); });
    return argc > 1 ? 2 : 0;
  }
  long runs = 0;
  std::vector<std::string> inputs{""};
  for (int i = 2; i < argc; i++) {
    if (std::strcmp(argv[i], "--runs") == 0 && i + 1 < argc)
      runs = std::atol(argv[++i]);
    else
      inputs.push_back(read(argv[i]));
  }
  prepare();
  for (const std::string& input : inputs) fuzz::run(*target, input);
  std::mt19937_64 random(1);
  for (long i = 0; i < runs; i++) {
    const std::string input = changed(inputs, random);
    // What is lost with a crash is there for a look, where somebody asks for it.
    if (const char* last = std::getenv("GENE_FUZZ_LAST"))
      std::ofstream(last, std::ios::binary) << input;
    fuzz::run(*target, input);
  }
  std::printf("%s: %zu inputs, %ld of them\n", target->name, inputs.size(), runs);
  return 0;
}

#endif
