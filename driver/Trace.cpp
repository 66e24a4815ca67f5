// gene run --trace: each instruction before it runs.

#include <map>

#include "codegen/bytecode/Disassembler.h"
#include "driver/Job.h"
#include "runtime/Output.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Watch.h"

namespace gene::driver {

vm::Watch* traceOf(Span<const uint8_t> image) {
  return new vm::Watch(
      [start = image.data(), texts = instructionTexts(image)](const uint16_t* pc, const Value*) {
        const auto place = reinterpret_cast<const uint8_t*>(pc) - start;
        // Code that the program evaluates lies elsewhere.
        if (const auto text = texts.find(static_cast<uint64_t>(place)); text != texts.end())
          writeError("TRACE " + text->second + "\n");
      });
}

}  // namespace gene::driver
