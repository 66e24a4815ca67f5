// Leaving frames with an exception.

#include <algorithm>

#include "runtime/abi/Entry.h"
#include "runtime/vm/Interpreter.h"

namespace gene::vm {

namespace {

/// The last entry that does not start behind `offset`, or null.
template <class Entry>
const Entry* entryAt(const Entry* entries, uint32_t count, uint32_t offset) {
  const Entry* end = entries + count;
  const Entry* behind = std::upper_bound(
      entries, end, offset, [](uint32_t at, const Entry& entry) { return at < entry.offset; });
  return behind == entries ? nullptr : behind - 1;
}

}  // namespace

Resume unwind(Context& context, uint16_t* pc, Value* base) {
  for (;;) {
    const Code& code = codeOf(base);
    // `pc` is behind a word of the instruction: its first one, or its last one in frames that wait for a call.
    const uint32_t offset = static_cast<uint32_t>((pc - code.start) / 4) - 1;
    context.vm->top = base + code.frameSize;
    const SiteEntry* site = entryAt(code.sites, code.siteCount, offset);
    if (site) gene_trace(&context, reinterpret_cast<uint64_t>(code.info->program), site->site);
    // Every instruction that may raise has a site, so the one of a handler tells whether it is this instruction's.
    const HandlerEntry* handler = entryAt(code.handlers, code.handlerCount, offset);
    if (handler && site && handler->offset == site->offset) {
      base[handler->reg] = gene_catch(&context);
      return {code.start + size_t{handler->landing} * 4, base};
    }
    const uint64_t link = base[-1].bits;
    pc = reinterpret_cast<uint16_t*>(link >> 16);
    if (pc == exitCode) return {nullptr, base};
    base -= link & 0xFFFF;
  }
}

}  // namespace gene::vm
