#include "codegen/bytecode/Bytecode.h"
#include "codegen/bytecode/Select.h"

namespace gene {

std::vector<uint8_t> writeBytecode(const ir::Program& program, uint64_t timestamp,
                                   DebugTable* debug) {
  ImageTables tables(program);
  std::vector<std::vector<uint8_t>> code;
  if (debug) debug->places.resize(program.functions.size());
  for (const ir::Function* function : program.functions) {
    const bytecode::RegAlloc registers(*function);
    if (registers.frameSize() > bytecode::MaxFrame) {
      code.push_back(bytecode::tooLarge(*function, tables));
      continue;
    }
    bytecode::Select select(*function, registers, tables, false);
    if (select.run()) {
      code.push_back(select.bytes());
      if (debug) select.addTo(*debug);
      continue;
    }
    bytecode::Select longSelect(*function, registers, tables, true);
    GENE_CHECK(longSelect.run(), "long jumps reach everywhere");
    code.push_back(longSelect.bytes());
    if (debug) longSelect.addTo(*debug);
  }
  return tables.write(code, timestamp);
}

}  // namespace gene
