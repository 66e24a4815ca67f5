// gene deser: the values of serialized text (19 §19.9).

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "driver/Command.h"
#include "frontend/syntax/Reader.h"
#include "runtime/Output.h"
#include "runtime/builtins/Serdes.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/support/JsonText.h"

namespace gene::driver {
namespace {

enum class DeserFormat : uint8_t { Pretty, Compact, Gene };

/// What -p calls the type of a value.
std::string typeWord(Context& context, Value v) {
  std::string_view name = typeofName(v, context);
  if (name.starts_with("Vk")) name.remove_prefix(2);
  return (isInstance(v) ? "Instance of " : "") + std::string(name);
}

/// Prints a value; what is to come lies on a stack of its own, so that depth costs memory only.
class DeserPrinter {
 public:
  DeserPrinter(Context& context, DeserFormat format) : context_(context), format_(format) {}

  std::string print(Value root) {
    steps_.push_back({root, {}, format_ == DeserFormat::Pretty ? 0 : OneLine});
    while (!steps_.empty()) {
      const Step step = std::move(steps_.back());
      steps_.pop_back();
      out_ += step.text;
      if (!step.value.isAbsent()) value(step.value, step.depth);
    }
    return out_ + "\n";
  }

 private:
  struct Step {  // a text, and behind it a value; or absent
    Value value;
    std::string text;
    uint32_t depth;
  };
  static constexpr uint32_t OneLine = UINT32_MAX;  // the depth of what is not broken into lines

  void value(Value v, uint32_t depth) {
    if (isString(v))
      format_ == DeserFormat::Gene ? appendJsonString(stringView(v), out_)
                                   : void(out_ += stringView(v));
    else if (isArray(v) || isMap(v) || isGene(v))
      container(v, depth);
    else if (isClass(v))
      out_ += "<Class " + std::string(as<ClassObject>(v)->name.get().symbol().text()) + ">";
    else if (isKind(v, Kind::Namespace))
      out_ += "<Namespace>";
    else if (isKind(v, Kind::Function))
      out_ += "<Function " + std::string(as<FunctionObject>(v)->info->name.text()) + ">";
    else
      printValue(context_, v,
                 format_ == DeserFormat::Gene ? Rendering::Literal : Rendering::Display, out_);
  }

  /// What stands before an element.
  static std::string before(uint32_t depth) {
    return depth == OneLine ? " " : "\n" + std::string(2 * size_t{depth}, ' ');
  }

  void entries(const MapObject* map, uint32_t depth) {
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
      steps_.push_back(
          {map->entries[i].value.get(),
           before(depth) + "^" + std::string(map->entries[i].key.get().symbol().text()) + " ",
           depth});
  }

  void elements(Span<const Slot> all, uint32_t depth) {
    for (const Slot& slot : all) steps_.push_back({slot.get(), before(depth), depth});
  }

  void container(Value v, uint32_t depth) {
    if (v.object()->countAndFlags & Object::Sealed) out_ += '#';
    const uint32_t within = depth == OneLine ? OneLine : depth + 1;
    const size_t first = steps_.size();
    const char* close = "]";
    if (isArray(v)) {
      out_ += '[';
      elements({as<ArrayObject>(v)->items, as<ArrayObject>(v)->size}, within);
    } else if (isMap(v)) {
      out_ += '{';
      close = "}";
      entries(as<MapObject>(v), within);
    } else {
      const auto* gene = as<GeneObject>(v);
      out_ += '(';
      close = ")";
      steps_.push_back({gene->type.get(), "", OneLine});
      if (isMap(gene->properties.get())) entries(as<MapObject>(gene->properties.get()), OneLine);
      elements({gene->children, gene->size}, within);
    }
    // An opening bracket and the first element are not parted in one line.
    if (depth == OneLine && !isGene(v) && steps_.size() > first) steps_[first].text.erase(0, 1);
    const bool isOneLine = isGene(v) ? as<GeneObject>(v)->size == 0 : steps_.size() == first;
    steps_.push_back(
        {Value::absent(), (depth != OneLine && !isOneLine ? before(depth) : "") + close, 0});
    std::reverse(steps_.begin() + static_cast<std::ptrdiff_t>(first), steps_.end());
  }

  Context& context_;
  const DeserFormat format_;
  std::vector<Step> steps_;
  std::string out_;
};

struct Deser {
  Context& context;
  DeserFormat format;
  bool showsType;

  /// Reads and prints one text; `name`: in messages.
  int run(const std::string& name, const std::string& text) const {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return fail("Empty input");
    const Value value = deserializeText(context, text);
    if (value.isPending()) {
      const Value exception = takeException(context);
      const bool isParse =
          classOf(context, exception)->name.get().symbol().text() == "ParseException";
      writeError((isParse ? "Parse error in " : "Deserialization error in ") + name + ": " +
                 exceptionMessage(context, exception) + "\n");
      return Failed;
    }
    if (showsType) writeOut("Type: " + typeWord(context, value) + "\n");
    writeOut(DeserPrinter(context, format).print(value));
    return Success;
  }
};

struct Input {
  std::string name, text;
  std::string mistake;  // why there is no text
};

std::vector<Input> inputsOf(const Options& options) {
  std::vector<Input> inputs;
  if (options.has("eval")) inputs.push_back({"<eval>", options.get("eval"), {}});
  for (const std::string& file : options.positional) {
    Expected<std::string> text = readFile(file);
    inputs.push_back({file, text ? *text : "", text ? "" : text.message()});
  }
  if (inputs.empty())
    inputs.push_back({"<stdin>", ::isatty(STDIN_FILENO) ? "" : readStandardInput(),
                      ::isatty(STDIN_FILENO) ? "No input" : ""});
  return inputs;
}

}  // namespace

int deser(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"eval,e", "TEXT", "read this text instead of a file"},
      {"format,f", "pretty|compact|gene", "how the value is printed (default pretty)"},
      {"gene", nullptr, "the same as --format gene"},
      {"print-type,p", nullptr, "print the type of the value as well"},
      {"project", "DIR", "the folder that modules in the text are seen from"},
      {"debug,d", nullptr, "accepted, no effect"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("deser", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Failure, options))
    return *code;
  const std::string name = options.has("gene") ? "gene" : options.get("format", "pretty");
  if (name != "pretty" && name != "compact" && name != "gene")
    return fail("Invalid format '" + name + "'. Must be: pretty, compact, or gene");
  const DeserFormat format = name == "pretty"    ? DeserFormat::Pretty
                             : name == "compact" ? DeserFormat::Compact
                                                 : DeserFormat::Gene;
  const std::vector<Input> inputs = inputsOf(options);
  if (options.has("project")) {
    std::error_code failed;
    std::filesystem::current_path(options.get("project"), failed);
    if (failed) return fail("Directory not found: " + options.get("project"));
  }
  const RuntimeOptions runtime = runtimeOptionsFromEnvironment();
  return onLargeStack(runtime, [&] {
    Context& context = *createContext(runtime);
    gene_install_evaluator(&context);
    int code = Success;
    for (const Input& input : inputs) {
      if (inputs.size() > 1) writeOut("=== " + input.name + " ===\n");
      const int done =
          input.mistake.empty()
              ? Deser{context, format, options.has("print-type")}.run(input.name, input.text)
              : fail(input.mistake);
      code = std::max(code, done);
    }
    return finishProgram(context, code, runtime);
  });
}

}  // namespace gene::driver
