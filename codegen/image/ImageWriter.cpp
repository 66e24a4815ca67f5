#include "codegen/image/ImageWriter.h"

#include <algorithm>
#include <unordered_map>

#include "codegen/image/EncodeConstant.h"
#include "codegen/image/Uses.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/object/Function.h"
#include "runtime/support/ContentHash.h"

namespace gene {

using namespace image;

namespace {

/// A place that may raise: where in the source, inlined where, in which function.
struct SiteKey {
  uint32_t offset;
  const ir::Inlined* inlined;
  const ir::Function* function;
  friend bool operator==(const SiteKey&, const SiteKey&) = default;
};

/// The numbers of sites, by open addressing: a large program has one for every other instruction.
class SiteTable {
 public:
  /// The number of a site that is there; else `next` becomes its number.
  uint32_t find(const SiteKey& key, uint32_t next) {
    if (2 * count_ >= entries_.size()) grow();
    Entry& entry = place(key);
    if (entry.number != NoIndex) return entry.number;
    entry = {key, next};
    count_++;
    return next;
  }

 private:
  struct Entry {
    SiteKey key;
    uint32_t number = NoIndex;
  };
  static size_t hash(const SiteKey& key) {
    const auto words =
        reinterpret_cast<size_t>(key.inlined) * 3 + reinterpret_cast<size_t>(key.function);
    const size_t mixed = (words * 0x9E3779B97F4A7C15ull ^ key.offset) * 0xC4CEB9FE1A85EC53ull;
    return mixed ^ mixed >> 32;
  }
  Entry& place(const SiteKey& key) {
    const size_t mask = entries_.size() - 1;
    size_t at = hash(key) & mask;
    while (entries_[at].number != NoIndex && entries_[at].key != key) at = (at + 1) & mask;
    return entries_[at];
  }
  void grow() {
    const std::vector<Entry> old = std::move(entries_);
    entries_.assign(old.empty() ? 64 : 2 * old.size(), Entry{});
    for (const Entry& entry : old)
      if (entry.number != NoIndex) place(entry.key) = entry;
  }
  std::vector<Entry> entries_;  // a power of two of them
  size_t count_ = 0;
};

}  // namespace

struct ImageTables::Data {
  const ir::Program& program;
  std::vector<uint8_t> strings;
  std::unordered_map<std::string_view, ImageText> texts;
  std::vector<ImageText> symbols;
  std::unordered_map<Symbol, uint32_t> symbolIndices;
  std::vector<uint8_t> constants;
  uint32_t constantCount = 0;
  bool hasRegexes = false;  // literals
  std::unordered_map<const ir::Constant*, uint32_t> constantSlots;
  std::unordered_map<Symbol, uint32_t> symbolSlots;
  std::unordered_map<const Form*, uint32_t> formSlots;
  std::unordered_map<const GeneForm*, uint32_t> metadataSlots;
  std::vector<ImageSite> sites;
  SiteTable siteIndices;
  std::string_view lastFile;  // of the last site, and its text
  ImageText lastFileText{};
  const ir::Function* lastAuthor = nullptr;  // likewise
  ImageText lastAuthorText{};

  explicit Data(const ir::Program& p) : program(p) {}

  ImageText text(std::string_view text) {
    const auto found = texts.find(text);
    if (found != texts.end()) return found->second;
    const ImageText added{static_cast<uint32_t>(strings.size()),
                          static_cast<uint32_t>(text.size())};
    strings.insert(strings.end(), text.begin(), text.end());
    strings.push_back(0);
    texts.emplace(text,
                  added);  // the views are symbols' and source names, which outlive the tables
    return added;
  }
  uint32_t symbol(Symbol symbol) {
    const auto [entry, added] =
        symbolIndices.try_emplace(symbol, static_cast<uint32_t>(symbols.size()));
    if (added) symbols.push_back(text(symbol.text()));
    return entry->second;
  }
  /// Makes a constant of ^intent, ^examples, ^async and the types of a definition, if it has one of them.
  void addMetadata(const ir::Function& function) {
    const GeneForm& form = *function.form;
    if (metadataSlots.contains(&form)) return;
    std::vector<Property> kept;
    if (function.signature)
      kept.push_back({Symbol::of("types"), const_cast<Form*>(function.signature), form.loc});
    for (const Property& p : form.properties)
      if (p.key.text() == "intent" || p.key.text() == "examples" || p.key.text() == "async")
        kept.push_back(p);
    if (kept.empty()) return;
    metadataSlots[&form] = nextSlot();
    add(encodeForm(MapForm(form.loc, kept), symbolIndex(), constants));
  }
  [[nodiscard]] uint32_t metadataOf(const ir::Function& function) const {
    const auto found = metadataSlots.find(function.form);
    return found == metadataSlots.end() ? NoIndex : found->second;
  }
  /// Appends a site.
  void addSite(Location loc, const ir::Inlined* inlined, const ir::Function* function,
               uint32_t caller) {
    Position position;
    if (loc.valid()) position = program.sources.position(loc);
    const ir::Function* author = inlined ? inlined->function : function;
    if (author != lastAuthor) {
      const bool isModule = author == program.functions.front();
      lastAuthor = author;
      lastAuthorText = text(isModule ? sym::Init.text() : author->name.text());
    }
    if (position.file.data() != lastFile.data() || position.file.empty()) {
      lastFile = position.file;
      lastFileText = text(position.file);
    }
    sites.push_back({lastFileText, lastAuthorText, position.line, position.column, caller,
                     inlined && inlined->wasTail ? 1u : 0u});
  }
  uint32_t nextSlot() { return static_cast<uint32_t>(program.globals.size()) + constantCount++; }
  void add(const EncodedParts& parts) { hasRegexes |= parts.regexes; }
  [[nodiscard]] SymbolIndex symbolIndex() {
    return [this](Symbol s) { return symbol(s); };
  }
};

ImageTables::ImageTables(const ir::Program& program) : data_(std::make_shared<Data>(program)) {
  for (const ir::Function* function : program.functions)
    if (function->form) data_->addMetadata(*function);
}

uint32_t ImageTables::constantSlot(const ir::Constant* constant) {
  if (constant->constantKind == ir::ConstantKind::Symbol) return symbolSlot(constant->symbol);
  const auto [entry, added] = data_->constantSlots.try_emplace(constant);
  if (added) {
    entry->second = data_->nextSlot();
    data_->add(encodeConstant(*constant, data_->symbolIndex(), data_->constants));
  }
  return entry->second;
}

uint32_t ImageTables::symbolSlot(Symbol symbol) {
  const auto [entry, added] = data_->symbolSlots.try_emplace(symbol);
  if (added) {
    entry->second = data_->nextSlot();
    data_->add(encodeForm(SymbolForm({}, symbol), data_->symbolIndex(), data_->constants));
  }
  return entry->second;
}

uint32_t ImageTables::formSlot(const Form* form) {
  const auto [entry, added] = data_->formSlots.try_emplace(form);
  if (added) {
    entry->second = data_->nextSlot();
    data_->add(encodeForm(*form, data_->symbolIndex(), data_->constants));
  }
  return entry->second;
}

uint32_t ImageTables::site(Location loc, const ir::Inlined* inlined, const ir::Function* function) {
  // A caller's site comes first: the loader relies on it.
  const uint32_t caller = callerSite(inlined, function);
  const auto next = static_cast<uint32_t>(data_->sites.size());
  const uint32_t number = data_->siteIndices.find({loc.offset, inlined, function}, next);
  if (number == next) data_->addSite(loc, inlined, function, caller);
  return number;
}

uint32_t ImageTables::callerSite(const ir::Inlined* inlined, const ir::Function* function) {
  return inlined && !inlined->byTailCall ? site(inlined->call, inlined->caller, function) : NoIndex;
}

uint32_t ImageTables::addSites(const std::vector<SiteRequest>& requests) {
  std::vector<uint32_t> callers;
  for (const SiteRequest& request : requests)
    callers.push_back(callerSite(request.inlined, request.function));
  const auto first = static_cast<uint32_t>(data_->sites.size());
  for (size_t i = 0; i < requests.size(); i++) {
    const auto& [loc, inlined, function] = requests[i];
    data_->siteIndices.find({loc.offset, inlined, function}, first + static_cast<uint32_t>(i));
    data_->addSite(loc, inlined, function, callers[i]);
  }
  return first;
}

uint32_t ImageTables::slotCount() const { return globalCount() + data_->constantCount; }
uint32_t ImageTables::globalCount() const {
  return static_cast<uint32_t>(data_->program.globals.size());
}

namespace {

/// Appends sections to the image and notes where they are.
class SectionWriter {
 public:
  explicit SectionWriter(std::vector<uint8_t>& image) : image_(image) {}
  template <class T>
  SectionRange add(const std::vector<T>& items) {
    const SectionRange range{static_cast<uint32_t>(image_.size()),
                             static_cast<uint32_t>(items.size() * sizeof(T))};
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(items.data());
    image_.insert(image_.end(), bytes, bytes + range.size);
    image_.resize((image_.size() + 7) & ~size_t{7});
    return range;
  }

 private:
  std::vector<uint8_t>& image_;
};

uint32_t flagsOf(const ir::Function& f) {
  return (f.isSimple() ? ImageFunction::Simple : 0) | (f.isMacro ? ImageFunction::Macro : 0) |
         (f.isMethod ? ImageFunction::Method : 0) | (f.isCtor ? ImageFunction::Ctor : 0) |
         (f.isBlock ? ImageFunction::Block : 0);
}

}  // namespace

struct ImageTables::Functions {
  std::vector<ImageFunction> functions;
  std::vector<ImageSlot> slots;
  std::vector<uint8_t> code;
};

/// `code`: the bytecode of each function, or empty.
ImageTables::Functions ImageTables::functionTables(
    const std::vector<std::vector<uint8_t>>& code) const {
  const ir::Program& program = data_->program;
  ImageTables self = *this;
  Functions tables;
  for (const ir::Function* function : program.functions) {
    ImageFunction entry{};
    entry.name = data_->symbol(function == program.functions.front() ? sym::Init : function->name);
    entry.site = self.site(function->loc, nullptr, function);
    entry.firstSlot = static_cast<uint32_t>(tables.slots.size());
    entry.slotCount = static_cast<uint16_t>(function->params.size());
    entry.captureCount = static_cast<uint16_t>(function->captureCount);
    entry.flags = flagsOf(*function);
    entry.codeOffset = static_cast<uint32_t>(tables.code.size());
    if (!code.empty()) {
      const std::vector<uint8_t>& body = code[function->index];
      entry.codeSize = static_cast<uint32_t>(body.size());
      tables.code.insert(tables.code.end(), body.begin(), body.end());
      tables.code.resize((tables.code.size() + 7) & ~size_t{7});
    }
    entry.metadata = data_->metadataOf(*function);
    tables.functions.push_back(entry);
    for (const ir::ParamSpec& param : function->params)
      tables.slots.push_back({data_->symbol(param.name), static_cast<uint16_t>(param.kind),
                              static_cast<uint16_t>(param.optional)});
  }
  return tables;
}

std::vector<uint8_t> ImageTables::write(const std::vector<std::vector<uint8_t>>& code,
                                        uint64_t timestamp) const {
  const ir::Program& program = data_->program;
  const std::vector<SourceManager::Source> sources = program.sources.all();
  const auto sourceOf = [&](Location loc) {
    if (!loc.valid()) return NoIndex;
    const auto found =
        std::ranges::find(sources, program.sources.name(loc), &SourceManager::Source::name);
    return static_cast<uint32_t>(found - sources.begin());
  };
  std::vector<ImageGlobal> globals;
  for (const ir::Global* global : program.globals)
    globals.push_back(
        {data_->symbol(global->name), global->external ? 1u : 0u, sourceOf(global->loc)});
  const Functions tables = functionTables(code);

  std::vector<ImageShape> shapes;
  std::vector<ImageShapeArg> shapeArgs;
  for (const ir::CallShape* shape : program.shapes) {
    shapes.push_back(
        {static_cast<uint32_t>(shapeArgs.size()), static_cast<uint32_t>(shape->args.size())});
    for (const ir::CallShape::Arg& arg : shape->args)
      shapeArgs.push_back({static_cast<uint32_t>(arg.kind),
                           arg.kind == ArgKind::Keyword ? data_->symbol(arg.keyword) : NoIndex});
  }

  std::vector<ImageInput> inputs;
  for (const SourceManager::Source& source : sources)
    inputs.push_back({data_->text(source.name), program.sources.hash(source.start)});

  ImageHeader header{};
  std::vector<uint8_t> image(sizeof header);
  SectionWriter writer(image);
  const auto section = [&](Section which) -> SectionRange& {
    return header.sections[static_cast<uint32_t>(which)];
  };
  section(Section::Strings) = writer.add(data_->strings);
  section(Section::Symbols) = writer.add(data_->symbols);
  section(Section::Globals) = writer.add(globals);
  section(Section::Constants) = writer.add(data_->constants);
  section(Section::Functions) = writer.add(tables.functions);
  section(Section::Slots) = writer.add(tables.slots);
  section(Section::Shapes) = writer.add(shapes);
  section(Section::ShapeArgs) = writer.add(shapeArgs);
  section(Section::Sites) = writer.add(data_->sites);
  section(Section::Inputs) = writer.add(inputs);
  section(Section::Uses) =
      writer.add(mentionsOneOf("actor start_server") ? usesOf(program) : std::vector<uint32_t>());
  section(Section::Code) = writer.add(tables.code);

  std::copy_n(Magic, sizeof Magic, header.magic);
  header.version = FormatVersion;
  header.abi = abiHash();
  header.timestamp = timestamp;
  header.flags = (code.empty() ? 0 : ImageHeader::HasCode) | program.language.bits()
                                                                 << ImageHeader::LanguageShift;
  header.level = static_cast<uint32_t>(program.level);
  header.constants = data_->constantCount;
  CompilerVersion.copy(header.compiler, sizeof header.compiler - 1);
  const Location main = program.functions.front()->loc;
  if (main.valid()) header.sourceHash = program.sources.hash(main);
  std::memcpy(image.data(), &header, sizeof header);
  header.checksum = checksum(image);
  std::memcpy(image.data(), &header, sizeof header);
  return image;
}

bool ImageTables::mentionsOneOf(std::string_view words) const {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    if (data_->symbolIndices.contains(Symbol::of(word))) return true;
    if (data_->hasRegexes && word == "Regexp") return true;  // a literal counts as its class
    for (const auto& [constant, slot] : data_->constantSlots)
      if (constant->constantKind == ir::ConstantKind::String && constant->text == word) return true;
  }
  return false;
}

}  // namespace gene
