#include "runtime/image/ImageLoader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "runtime/abi/Entry.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/Constants.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/image/VerifyCode.h"
#include "runtime/object/Class.h"
#include "runtime/object/FromForm.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Opcodes.h"

namespace gene {

using namespace image;

namespace {

/// A program and all that its pointers lead to; lives as long as its domain, but for code that was evaluated.
struct LoadedProgram : Program {
  std::vector<uint8_t> image;  // where the loader was given it
  std::vector<Value> slotStore;
  std::vector<FunctionInfo> functionStore;
  std::vector<gene::CallShape> shapeStore;
  std::vector<gene::CallShape::Arg> argStore;
  std::vector<SlotInfo> slotInfos;
  std::vector<Symbol> names;
  std::vector<uint32_t> sources;
  std::vector<TraceSite> siteStore;
  std::vector<vm::Code> codeStore;
  std::vector<SourceInput> inputStore;
};

/// Is nothing known of the constant by its address? (Patterns and types are.)
bool isPlain(const Form* form) {
  if (!form) return true;
  switch (form->kind) {
#define ATOM(name) case FormKind::name:
#include "frontend/syntax/FormKinds.def"
    case FormKind::Symbol: return form->kind != FormKind::Regex;
    case FormKind::Path:
#define TREE(name) case FormKind::name:
#include "frontend/syntax/FormKinds.def"
      return false;
  }
  return false;
}

/// Reads and verifies all of an image first, then makes values of it.
class Loader {
 public:
  Loader(Context& context, Span<uint8_t> bytes, ImageOrigin origin)
      : context_(context), bytes_(bytes), origin_(origin) {}

  /// Code that was evaluated, and makes no functions: nobody refers to it when it does not run.
  void decideUnloading() {
    mayUnload_ =
        get<ImageFunction>(Section::Functions).size() == 1 && std::ranges::all_of(forms_, isPlain);
  }

  Expected<Program*> load(const NativeProgram* native, bool isEvaluated = false) {
    Expected<const ImageHeader*> header = readHeader(bytes_);
    if (!header) return header.failure();
    constantCount_ = (*header)->constants;
    const bool hasCode = (*header)->flags & ImageHeader::HasCode;
    if (hasCode == (native != nullptr))
      return damaged(native ? "unexpected bytecode" : "there is no bytecode in it");
    for (const char* problem :
         {readSymbols(), readConstants(), checkTables(), hasCode ? checkCode() : nullptr})
      if (problem) return damaged(problem);
    if (!codeProblem_.empty()) return damaged(codeProblem_);
    if (isEvaluated) decideUnloading();
    if (!native && !context_.vm && !vm::createState(context_, 0)) return Failure{"Out of memory"};
    build(native);
    Program* const program = program_.get();
    if (mayUnload_) return static_cast<Program*>(program_.release());
    const DomainLock lock(*context_.domain);
    context_.domain->kept.push_back(std::shared_ptr<LoadedProgram>(std::move(program_)));
    return program;
  }

 private:
  template <class T>
  Span<const T> get(Section section) {
    return table<T>(bytes_, section);
  }
  Failure damaged(std::string_view problem) {
    return Failure{std::string(problem) + ". Please recompile the source file."};
  }
  /// Texts are followed by a zero byte, so that they serve as C strings where they lie.
  bool validText(const ImageText& text) {
    const Span<const uint8_t> strings = get<uint8_t>(Section::Strings);
    return text.offset < strings.size() && text.length < strings.size() - text.offset &&
           strings[text.offset + text.length] == 0;
  }
  const char* textAt(const ImageText& text) {
    return reinterpret_cast<const char*>(get<uint8_t>(Section::Strings).data()) + text.offset;
  }

  const char* readSymbols() {
    for (const ImageText& text : get<ImageText>(Section::Symbols)) {
      if (!validText(text)) return "a symbol lies outside the file";
      symbols_.push_back(Symbol::of({textAt(text), text.length}));
    }
    return nullptr;
  }

  const char* readConstants() {
    ConstantReader reader(get<uint8_t>(Section::Constants), symbols_, arena_);
    for (uint32_t i = 0; i < constantCount_; i++) {
      Special special;
      const Form* form = reader.read(&special);
      if (reader.failed()) return "a constant is damaged";
      forms_.push_back(form);
      specials_.push_back(special);
    }
    return nullptr;
  }

  const char* checkTables() {
    const size_t slots = get<ImageSlot>(Section::Slots).size();
    const size_t args = get<ImageShapeArg>(Section::ShapeArgs).size();
    for (const ImageGlobal& global : get<ImageGlobal>(Section::Globals))
      if (global.symbol >= symbols_.size() || global.external > 1 ||
          (global.source != NoIndex && global.source >= get<ImageInput>(Section::Inputs).size()))
        return "a global is damaged";
    if (get<ImageFunction>(Section::Functions).empty()) return "there are no functions in it";
    for (const ImageFunction& f : get<ImageFunction>(Section::Functions))
      if (f.name >= symbols_.size() || f.site >= get<ImageSite>(Section::Sites).size() ||
          f.firstSlot > slots || f.slotCount > slots - f.firstSlot)
        return "a function is damaged";
    for (const ImageSlot& slot : get<ImageSlot>(Section::Slots))
      if (slot.name >= symbols_.size() ||
          slot.kind > static_cast<uint16_t>(SlotKind::KeywordRest) || slot.optional > 1)
        return "a parameter is damaged";
    for (const ImageShape& shape : get<ImageShape>(Section::Shapes))
      if (shape.firstArg > args || shape.count > args - shape.firstArg)
        return "a call shape is damaged";
    for (const ImageShapeArg& arg : get<ImageShapeArg>(Section::ShapeArgs))
      if (arg.kind > static_cast<uint32_t>(ArgKind::KeywordSpread) ||
          (arg.keyword != NoIndex && arg.keyword >= symbols_.size()))
        return "a call shape is damaged";
    for (const ImageInput& input : get<ImageInput>(Section::Inputs))
      if (!validText(input.name)) return "the name of an input is damaged";
    uint32_t index = 0;
    for (const ImageSite& site : get<ImageSite>(Section::Sites)) {
      if (!validText(site.file) || !validText(site.function) || site.wasTail > 1 ||
          (site.caller != NoIndex && site.caller >= index))
        return "a location is damaged";
      index++;
    }
    return checkUses() ? nullptr : "the uses of a function are damaged";
  }

  bool checkUses() {
    const Span<const uint32_t> uses = get<uint32_t>(Section::Uses);
    const size_t functions = get<ImageFunction>(Section::Functions).size();
    const size_t globals = get<ImageGlobal>(Section::Globals).size();
    if (uses.empty()) return true;
    if (uses.size() <= functions || uses[0] != functions + 1 || uses[functions] != uses.size())
      return false;
    for (size_t i = 0; i < functions; i++)
      if (uses[i] > uses[i + 1]) return false;
    return std::ranges::all_of(uses.subspan(functions + 1), [&](uint32_t use) {
      switch (ImageUse::kind(use)) {
        case ImageUse::Variable:
        case ImageUse::Assigned: return ImageUse::index(use) < globals;
        case ImageUse::Function: return ImageUse::index(use) < functions;
        case ImageUse::Unseen: return true;
      }
      return false;
    });
  }

  const char* checkCode() {
    const SectionRange& range =
        reinterpret_cast<const ImageHeader*>(bytes_.data())->section(Section::Code);
    const Span<uint8_t> code = bytes_.subspan(range.offset, range.size);
    CodeLimits limits;
    limits.globals = static_cast<uint32_t>(get<ImageGlobal>(Section::Globals).size());
    for (const Form* form : forms_)
      limits.symbolConstants.push_back(form && form->kind == FormKind::Symbol);
    limits.functions = get<ImageFunction>(Section::Functions);
    limits.shapes = get<ImageShape>(Section::Shapes);
    limits.sites = static_cast<uint32_t>(get<ImageSite>(Section::Sites).size());
    uint64_t end = 0;
    for (const ImageFunction& f : limits.functions) {
      CodeView view;
      if (f.codeOffset < end) return "the code of a function lies in that of another one";
      end = uint64_t{f.codeOffset} + f.codeSize;
      if (f.codeOffset % 8 != 0 || f.codeOffset > code.size() ||
          f.codeSize > code.size() - f.codeOffset ||
          !viewCode(code.subspan(f.codeOffset, f.codeSize), &view))
        return "the code lies outside the file";
      codeProblem_ = verifyCode(view, f, limits);
      if (codeProblem_.empty() && origin_ == ImageOrigin::File) codeProblem_ = verifyFlow(view, f);
      if (!codeProblem_.empty()) return nullptr;
      views_.push_back(view);
    }
    return nullptr;
  }

  void build(const NativeProgram* native) {
    program_ = std::make_unique<LoadedProgram>();
    program_->mayUnload = mayUnload_;
    buildSlots(native);
    buildShapes();
    buildSites();
    buildInputs();
    buildFunctions(native);
    if (!native) {
      for (size_t i = 0; i < views_.size(); i++) buildCode(i);
      for (const CodeView& view : views_) link(view);
    } else {
      program_->caches = native->caches;
      program_->cacheCount = static_cast<uint32_t>(native->cacheCount);
    }
  }

  void buildSlots(const NativeProgram* native) {
    const Span<const ImageGlobal> globals = get<ImageGlobal>(Section::Globals);
    const uint32_t count = static_cast<uint32_t>(globals.size()) + constantCount_;
    if (!native) program_->slotStore.assign(count, Value::absent());
    program_->slots = native ? native->slots : program_->slotStore.data();
    program_->globalCount = static_cast<uint32_t>(globals.size());
    program_->constantCount = constantCount_;
    addRoots(context_, program_->slots, count);
    Value* slot = program_->slots;
    for (const ImageGlobal& global : globals) {
      const Symbol name = symbols_[global.symbol];
      program_->names.push_back(name);
      program_->sources.push_back(global.source);
      *slot++ = global.external ? external(name) : Value::nil();
    }
    program_->globalNames = program_->names.data();
    program_->globalSources = program_->sources.data();
    for (uint32_t i = 0; i < constantCount_; i++) {
      *slot = specials_[i] == Special::Placeholder ? Value::placeholder()
              : specials_[i] == Special::Absent    ? Value::absent()
                                                   : fromForm(context_, *forms_[i]);
      if (!mayUnload_) makeImmortal(*slot);
      slot++;
    }
  }

  /// The built-in of this name, or absent: `$x` is a value of its own, or a function like `$parse`.
  Value external(Symbol name) {
    Value found = Value::absent();
    if (name.text().starts_with('$'))
      found = namespaceGet(context_.dollars, Symbol::of(name.text().substr(1)));
    return found.isAbsent() ? namespaceGet(context_.globals, name) : found;
  }

  void buildShapes() {
    for (const ImageShapeArg& arg : get<ImageShapeArg>(Section::ShapeArgs))
      program_->argStore.push_back({static_cast<ArgKind>(arg.kind),
                                    arg.keyword == NoIndex ? Symbol{} : symbols_[arg.keyword]});
    for (const ImageShape& shape : get<ImageShape>(Section::Shapes)) {
      const gene::CallShape::Arg* args = program_->argStore.data() + shape.firstArg;
      bool plain = true;
      for (uint32_t i = 0; i < shape.count; i++) plain &= args[i].kind == ArgKind::Positional;
      program_->shapeStore.push_back({shape.count, plain, args});
    }
    program_->shapes = program_->shapeStore.data();
    program_->shapeCount = static_cast<uint32_t>(program_->shapeStore.size());
  }

  void buildSites() {
    const Span<const ImageSite> sites = get<ImageSite>(Section::Sites);
    program_->siteStore.resize(sites.size());
    for (size_t i = 0; i < sites.size(); i++) {
      const ImageSite& site = sites[i];
      const TraceSite* caller =
          site.caller == NoIndex ? nullptr : &program_->siteStore[site.caller];
      program_->siteStore[i] = {textAt(site.file), textAt(site.function), site.line,
                                site.column,       site.wasTail != 0,     caller};
    }
    program_->sites = program_->siteStore.data();
    program_->siteCount = static_cast<uint32_t>(program_->siteStore.size());
  }

  void buildInputs() {
    for (const ImageInput& input : get<ImageInput>(Section::Inputs))
      program_->inputStore.push_back({textAt(input.name), input.hash});
    program_->inputs = program_->inputStore;
    program_->uses = get<uint32_t>(Section::Uses);
    const auto* header = reinterpret_cast<const ImageHeader*>(bytes_.data());
    program_->language = LanguageOptions::of(header->flags >> ImageHeader::LanguageShift);
  }

  void buildFunctions(const NativeProgram* native) {
    const Span<const ImageFunction> functions = get<ImageFunction>(Section::Functions);
    for (const ImageSlot& slot : get<ImageSlot>(Section::Slots))
      program_->slotInfos.push_back(
          {symbols_[slot.name], static_cast<SlotKind>(slot.kind), slot.optional != 0});
    if (!native) {
      program_->functionStore.resize(functions.size());
      program_->codeStore.resize(functions.size());
    }
    program_->functions = native ? native->functions : program_->functionStore.data();
    program_->functionCount = static_cast<uint32_t>(functions.size());
    for (uint32_t i = 0; i < functions.size(); i++) {
      const ImageFunction& from = functions[i];
      FunctionInfo& info = program_->functions[i];
      info.program = program_.get();
      info.name = symbols_[from.name];
      info.slotCount = from.slotCount;
      info.captureCount = from.captureCount;
      info.slots = program_->slotInfos.data() + from.firstSlot;
      info.simple = from.flags & ImageFunction::Simple;
      info.isMacro = from.flags & ImageFunction::Macro;
      info.isMethod = from.flags & ImageFunction::Method;
      info.isCtor = from.flags & ImageFunction::Ctor;
      info.isBlock = from.flags & ImageFunction::Block;
      info.site = from.site;
      info.index = i;
      const bool hasMetadata = from.metadata < program_->globalCount + constantCount_;
      info.metadata = hasMetadata ? program_->slots + from.metadata : nullptr;
      info.code = native ? nullptr : &program_->codeStore[i];
      info.body = native ? native->bodies[i] : &vm::enterBody;
      initializeEntries(info);
    }
  }

  void buildCode(size_t index) {
    const CodeView& view = views_[index];
    FunctionInfo& info = program_->functions[index];
    vm::Code& code = program_->codeStore[index];
    code.start = reinterpret_cast<uint16_t*>(view.words);
    code.behindChecks = code.start + 4 * behindChecks(view);
    code.entry = code.start;
    code.entryBehindChecks = code.behindChecks;
    code.consts = program_->slots;
    code.simpleCount = info.simple ? info.slotCount : vm::Code::NotSimple;
    code.frameSize = view.header->frameSize;
    context_.vm->largestFrame = std::max(context_.vm->largestFrame, code.frameSize);
    vm::limitFiber(*context_.vm);
    code.sites = view.sites;
    code.handlers = view.handlers;
    code.siteCount = view.header->sites;
    code.handlerCount = view.header->handlers;
    code.wordCount = view.header->words;
    code.info = &info;
    if (info.captureCount != 0 || mayUnload_) return;
    code.self = newFunction(context_, &info, 0);
    makeImmortal(Value::object(code.self));
  }

  /// Replaces the indices in the words behind each instruction by what they stand for.
  void link(const CodeView& view) {
    for (uint32_t at = 0; at < view.header->words;) {
      const vm::OpcodeInfo& info =
          vm::opcodeInfo(static_cast<vm::Opcode>(static_cast<uint16_t>(view.words[at])));
      const uint32_t count = vm::wordsBehind(view.words + at);
      uint64_t* words = view.words + at + 1;
      if (origin_ == ImageOrigin::File) checkOperands(view.words[at]);
      if (info.words == "r+") {
        const vm::RuntimeRow& row = vm::RuntimeTable[static_cast<uint16_t>(words[0])];
        for (uint32_t i = 0; i < row.immediates; i++)
          words[1 + i] = resolve(row.kinds[i], words[1 + i]);
      } else if (info.words != "*") {
        for (uint32_t i = 0; i < count; i++) words[i] = resolve(info.words[i], words[i]);
      }
      at += 1 + count;
    }
  }

  /// Instructions that trust their operands have a twin that does not.
  static void checkOperands(uint64_t& word) {
    switch (static_cast<vm::Opcode>(static_cast<uint16_t>(word))) {
#define TWIN(Name)                                                                        \
  case vm::Opcode::Name:                                                                  \
    word = (word & ~uint64_t{0xFFFF}) | static_cast<uint16_t>(vm::Opcode::Name##Checked); \
    break;
      TWIN(ScopeGet)
      TWIN(ScopeSet)
      TWIN(CallClosure)
      TWIN(TailCallClosure)
      TWIN(VariantGet)
      TWIN(VariantField)
      TWIN(VariantNew)
#undef TWIN
      default: break;
    }
  }

  uint64_t resolve(char kind, uint64_t word) {
    switch (kind) {
      case 'k':
      case 'q':
      case 'y': return program_->slots[word].bits;
      case 'p': {
        const vm::Code& code = program_->codeStore[static_cast<uint32_t>(word)];
        return reinterpret_cast<uint64_t>(word & vm::BehindChecks ? code.behindChecks : code.start);
      }
      case 'f': return reinterpret_cast<uint64_t>(program_->codeStore[word].self);
      case 'F': return reinterpret_cast<uint64_t>(&program_->functions[word]);
      case 'S': return reinterpret_cast<uint64_t>(&program_->shapes[word]);
      default: return word;
    }
  }

  Context& context_;
  Span<uint8_t> bytes_;
  ImageOrigin origin_;
  Arena arena_;
  uint32_t constantCount_ = 0;
  std::vector<Symbol> symbols_;
  std::vector<const Form*> forms_;
  std::vector<Special> specials_;
  std::vector<CodeView> views_;
  std::string codeProblem_;
  bool mayUnload_ = false;
  std::unique_ptr<LoadedProgram> program_;
};

}  // namespace

Expected<Program*> loadImage(Context& context, Span<uint8_t> image, ImageOrigin origin) {
  return Loader(context, image, origin).load(nullptr);
}

namespace {

Expected<Program*> loadOwned(Context& context, std::vector<uint8_t> image, bool isEvaluated) {
  Expected<Program*> program =
      Loader(context, image, ImageOrigin::Compiler).load(nullptr, isEvaluated);
  // Moved, not copied: the program's pointers into it stay true.
  if (program) static_cast<LoadedProgram*>(*program)->image = std::move(image);
  return program;
}

}  // namespace

Expected<Program*> loadCompiled(Context& context, std::vector<uint8_t> image) {
  return loadOwned(context, std::move(image), false);
}

Expected<Program*> loadEvaluated(Context& context, std::vector<uint8_t> image) {
  return loadOwned(context, std::move(image), true);
}

void unloadProgram(Context& context, Program* program) {
  GENE_CHECK(program->mayUnload, "code that nobody can refer to");
  removeRoots(context, program->slots);
  delete static_cast<LoadedProgram*>(program);
}

Expected<Program*> loadNative(Context& context, const NativeProgram& program) {
  const Span<uint8_t> image(const_cast<uint8_t*>(program.image), program.imageSize);
  return Loader(context, image, ImageOrigin::Compiler).load(&program);
}

}  // namespace gene
