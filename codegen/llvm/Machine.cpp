#include "codegen/llvm/Machine.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Target/TargetOptions.h>

#include <memory>

namespace gene::native {
namespace {

/// For any machine of this architecture; position-independent, as static-pie and shared code need.
Expected<std::unique_ptr<llvm::TargetMachine>> createMachine(const llvm::Module& module,
                                                             bool optimise) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  std::string problem;
  const llvm::Target* target =
      llvm::TargetRegistry::lookupTarget(module.getTargetTriple(), problem);
  if (!target) return Failure{problem};
  llvm::TargetOptions options;
  options.FunctionSections = true;
  options.DataSections = true;
  const llvm::CodeGenOptLevel level =
      optimise ? llvm::CodeGenOptLevel::Default : llvm::CodeGenOptLevel::None;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      module.getTargetTriple(), "", "", options, llvm::Reloc::PIC_, llvm::CodeModel::Small, level));
}

/// LLVM's O2, without the vectorisers: they find nothing in boxed words and take a tenth of the time.
void optimise(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

/// Notes the sizes of frames in the variables that are there for it. Functions are written before variables are.
class FrameSizes : public llvm::DiagnosticHandler {
 public:
  explicit FrameSizes(llvm::Module& module) : module_(module) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo& info) override {
    const auto* frame = llvm::dyn_cast<llvm::DiagnosticInfoStackSize>(&info);
    llvm::GlobalVariable* const size =
        frame ? module_.getGlobalVariable(frameSizeName(frame->getFunction().getName()), true)
              : nullptr;
    if (size)
      size->setInitializer(llvm::ConstantInt::get(size->getValueType(), frame->getStackSize()));
    return size != nullptr;
  }

 private:
  llvm::Module& module_;
};

}  // namespace

Expected<std::string> generate(llvm::Module& module, const NativeOptions& options) {
  Expected<std::unique_ptr<llvm::TargetMachine>> created = createMachine(module, options.level > 0);
  if (!created) return created.failure();
  llvm::TargetMachine& machine = **created;
  module.setDataLayout(machine.createDataLayout());
  std::string problem;
  llvm::raw_string_ostream problems(problem);
#ifdef GENE_ASSERTS
  if (llvm::verifyModule(module, &problems))
    return Failure{"the generated LLVM IR is invalid: " + problem};
#endif
  module.getContext().setDiagnosticHandler(std::make_unique<FrameSizes>(module), false);
  if (options.level > 0) optimise(module, machine);
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream out(bytes);
  if (options.emit == NativeOptions::Emit::LlvmText) {
    module.print(out, nullptr);
  } else {
    llvm::legacy::PassManager passes;
    const llvm::CodeGenFileType type = options.emit == NativeOptions::Emit::Assembly
                                           ? llvm::CodeGenFileType::AssemblyFile
                                           : llvm::CodeGenFileType::ObjectFile;
    if (machine.addPassesToEmitFile(passes, out, nullptr, type))
      return Failure{"LLVM cannot write such a file"};
    passes.run(module);
  }
  return std::string(bytes.str());
}

}  // namespace gene::native
