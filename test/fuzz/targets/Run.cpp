// Programs that run, held to a budget: of source text, and of images that somebody has changed.

#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "codegen/compile/Session.h"
#include "runtime/Output.h"
#include "runtime/Runtime.h"
#include "runtime/capi/gene.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Watch.h"
#include "test/fuzz/targets/Target.h"
#include "test/unit/AnyCalls.h"

namespace gene::fuzz {
namespace {

constexpr size_t MaxHeap = size_t{32} << 20;
constexpr uint64_t MaxSteps = 50'000;

GeneRuntime* newRuntime() {
  GeneOptions options = GENE_OPTIONS_INIT;
  options.max_heap = MaxHeap;
  options.max_instructions = MaxSteps;
  options.max_milliseconds = 2'000;
  options.stack_size = size_t{4} << 20;
  options.write = [](void*, const char*, size_t) {};
  GeneRuntime* const runtime = gene_runtime_create(&options);
  if (!runtime || !gene_runtime_enter(runtime)) isBroken("there is a runtime", "");
  return runtime;
}

void endRuntime(GeneRuntime* runtime) {
  gene_runtime_leave(runtime);
  if (gene_runtime_destroy(runtime) != 0) isBroken("nothing is alive at the end", "");
}

}  // namespace

// Whatever a program does, it ends, with a value, an exception or because it was stopped, and leaves nothing.
TARGET(run) {
  GeneRuntime* const runtime = newRuntime();
  gene_evaluate(input.data(), input.size(), "<fuzz>");
  if (gene_has_error()) gene_error_report();
  endRuntime(runtime);
}

// gene.h, called in the order that the bytes say.
TARGET(capi) {
  GeneRuntime* const runtime = newRuntime();
  Choices choices(input);
  const auto next = [&]() -> uint64_t { return choices.take(2); };
  AnyCalls(next).go(static_cast<int>(std::min<size_t>(input.size() / 4, 500)));
  endRuntime(runtime);
}

namespace {

constexpr const char* Programs[] = {
    "(fn f [a b] (if (a < 2) then b else (f (a - 1) (b + a)))) (println (f 10 0))",
    "(class A (ctor [x] (/x = x)) (method m [y] (/x + y))) (class B < A (method m [y] (super .m "
    "y)))"
    "(println ((new B 1) .m 2))",
    "(var a []) (for i in (range 0 9) (a .push (i * 1.5))) (println (a .map (fn [x] (x + 1))) {^k "
    "a})",
    "(fn g* [n] (var i 0) (while (i < n) (yield i) (i += 1))) (for x in (g* 3) (println x))",
    "(fn f [x] (try (if (x == 1) (throw \"a\")) [x] catch * $ex/message finally (println x))) (f "
    "1) (f 2)",
    "(var m {^a {^b 1}}) (println m/a/b #\"t#{m/a}\") (case [1 2] when [x y] (println x y) else 0)",
    "(enum E (one) (two v)) (fn k [^a = 1 b... ] (a + (b .size))) (println (E/two 3) (k ^a 2 3 4))",
};

/// The image of a program, made once.
const std::vector<uint8_t>& imageOf(size_t number) {
  static auto* const images = new std::vector<std::vector<uint8_t>>(std::size(Programs));
  std::vector<uint8_t>& image = (*images)[number];
  if (!image.empty()) return image;
  Session session;
  const auto program = session.compile(session.sources.add("<fuzz>", Programs[number]));
  if (!program)
    isBroken("the programs of this file have no mistakes", session.report(ErrorFormat::Human));
  return image = compileToImage(*program);
}

/// Runs what was loaded with its budget, in a process of its own, which code that no compiler made may end with a sentence.
void runInChild(Context& context, Program& program) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(10);
    ::close(STDERR_FILENO);
    vm::Limits limits;
    limits.maxSteps = MaxSteps;
    limits.begin();
    vm::Watch watch(limits);
    context.vm->limits = &limits;
    context.vm->watch = &watch;
    context.vm->run = vm::runWatched;
    limitHeap(context, MaxHeap);
    runModule(context, program);
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
  }
  // 1: a sentence. What the sanitizers say is another number, and a signal is none.
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
    isBroken("changed bytecode runs or is refused", std::to_string(status));
}

}  // namespace

// An image that was changed by one who knows the checksum. The first byte says of which program, then four bytes a change: where,
// and which halfword stands there, or is added to what stands there.
TARGET(gir) {
  Choices choices(input);
  std::vector<uint8_t> bytes = imageOf(choices.take(1) % std::size(Programs));
  while (!choices.isEmpty()) {
    const size_t at = choices.take(2) * 2 % (bytes.size() - 1);
    const auto value = static_cast<uint16_t>(choices.take(2));
    auto* const half = reinterpret_cast<uint8_t*>(bytes.data()) + at;
    const auto before = static_cast<uint16_t>(half[0] | half[1] << 8);
    // Small numbers are steps from what is there: the next register, another constant.
    const auto after = static_cast<uint16_t>(value < 0x20 ? before + value - 0x10 : value);
    half[0] = static_cast<uint8_t>(after);
    half[1] = static_cast<uint8_t>(after >> 8);
  }
  auto* const header = reinterpret_cast<image::ImageHeader*>(bytes.data());
  header->checksum = image::checksum(bytes);
  static const OutputSink nowhere{[](void*, const char*, size_t) {}, nullptr};
  outputSink = &nowhere;
  Context* const context = createContext({});
  if (Expected<Program*> program = loadImage(*context, bytes, ImageOrigin::File))
    runInChild(*context, **program);
  std::string report;
  shutdownHeap(*context, &report);
  destroyContext(context);
  outputSink = nullptr;
}

}  // namespace gene::fuzz
