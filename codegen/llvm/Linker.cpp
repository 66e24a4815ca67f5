// LLVM's linker, for installations that bring one: linked into the package's libgene_llvm.so only (`./dev package`).

#include <lld/Common/Driver.h>
#include <llvm/Plugins/PassPlugin.h>
#include <llvm/Support/raw_ostream.h>

LLD_HAS_DRIVER(elf)

// What the linker names for optimising at link time, which our objects do not ask for: a pass of another project, and all
// processors that LLVM knows. Ours is the one that stays LLVM's.
llvm::PassPluginLibraryInfo getPollyPluginInfo() { return {}; }
#define LLVMInitializeX86TargetInfo ownTargetInfo
#define LLVMInitializeX86Target ownTarget
#define LLVMInitializeX86TargetMC ownTargetMC
#define LLVMInitializeX86AsmPrinter ownAsmPrinter
#define LLVMInitializeX86AsmParser ownAsmParser
extern "C" {
#define LLVM_TARGET(name)                    \
  void LLVMInitialize##name##TargetInfo() {} \
  void LLVMInitialize##name##Target() {}     \
  void LLVMInitialize##name##TargetMC() {}
#include <llvm/Config/Targets.def>
#define LLVM_ASM_PRINTER(name) \
  void LLVMInitialize##name##AsmPrinter() {}
#include <llvm/Config/AsmPrinters.def>
#define LLVM_ASM_PARSER(name) \
  void LLVMInitialize##name##AsmParser() {}
#include <llvm/Config/AsmParsers.def>
}

/// Runs ld.lld with this command line in this process, which is there for nothing else; its exit code.
extern "C" [[gnu::visibility("default")]] int gene_linker(int count, const char* const* words) {
  const lld::DriverDef drivers[] = {{lld::Gnu, &lld::elf::link}};
  return lld::lldMain(llvm::ArrayRef<const char*>(words, static_cast<size_t>(count)), llvm::outs(),
                      llvm::errs(), drivers)
      .retCode;
}
