// Files of Gene forms: gene/parse_file, gene/parser, and gdat (14 system §14.4).

#include "frontend/syntax/Reader.h"
#include "runtime/builtins/Io.h"
#include "runtime/builtins/Json.h"
#include "runtime/object/Array.h"
#include "runtime/object/Equality.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Gene.h"
#include "runtime/system/Files.h"
#include "runtime/system/Paths.h"

namespace gene {
namespace {

/// The text of a file; false with an IOError raised that says what failed.
bool readText(Context& context, const std::string& path, const char* what, std::string* text) {
  FileDescriptor file;
  uint64_t size = 0;
  IoStatus status = openForReading(path, &file, &size);
  if (status) {
    InputStream stream(std::move(file));
    if (stream.rest(text) == InputStream::Got::Failure) status = stream.status();
  }
  if (status) return true;
  raiseIo(context, std::string(what) + " '" + path + "'", path, status);
  return false;
}

/// The forms of a file, made values one at a time.
class Forms : public NativeResource {
 public:
  static const char Type;
  Forms() : NativeResource(&Type), diagnostics_(sources_) {}

  bool open(Context& context, const std::string& path) {
    std::string text;
    if (!readText(context, path, "Failed to open file", &text)) return false;
    forms_ = readForms(sources_.add(path, std::move(text)), arena_, diagnostics_);
    if (!diagnostics_.hasErrors()) return true;
    const Diagnostic& first = diagnostics_.all()[0];
    const Position at = sources_.position(first.loc);
    raise(context, ErrorClass::Parse,
          path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
              first.message);
    return false;
  }
  /// The next form, or not_found.
  Value next(Context& context) override {
    return hasNext(context) ? fromForm(context, *forms_[at_++]) : Value::notFound();
  }
  bool hasNext(Context&) override { return at_ < forms_.size(); }
  void close() { at_ = forms_.size(); }

 private:
  SourceManager sources_;
  DiagnosticEngine diagnostics_;
  Arena arena_;
  Span<Form*> forms_;
  size_t at_ = 0;
};
const char Forms::Type = 0;

/// How many forms have child i equal to v, for ^count_if [i v].
Value countForms(Context& context, Forms& forms, const ArrayObject* condition) {
  int64_t found = 0;
  for (;;) {
    const Value form = forms.next(context);
    if (form.isNotFound()) return newInt(context, found);
    const Value index = arrayAt(condition, 0);
    if (!isGene(form) || asInt(index) < 0 || asInt(index) >= as<GeneObject>(form)->size) continue;
    found +=
        equal(context, as<GeneObject>(form)->children[asInt(index)].get(), arrayAt(condition, 1));
  }
}

Value parseFile(Context& context, Arguments args) {
  const Value condition = keywordArgument(args, "count_if");
  std::string path;
  if (!pathArgument(context, args, 0, "parse_file", PathUse::Read, &path)) return Value::pending();
  if (!condition.isNil() && !(isArray(condition) && as<ArrayObject>(condition)->size == 2 &&
                              isInt(arrayAt(as<ArrayObject>(condition), 0))))
    return raiseArgument(context, "parse_file ^count_if requires [index value]");
  Forms forms;
  if (!forms.open(context, path)) return Value::pending();
  if (!condition.isNil()) return countForms(context, forms, as<ArrayObject>(condition));
  const Value function = args.at(1);
  ArrayObject* all = newArray(context, 0);
  for (;;) {
    const Value form = forms.next(context);
    if (form.isNotFound()) return function.isNil() ? Value::object(all) : Value::nil();
    if (function.isNil())
      arrayPush(context, all, form);
    else if (call(context, function, &form, 1).isPending())
      return Value::pending();
  }
}

Value parser(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "parser", PathUse::Read, &path)) return Value::pending();
  auto forms = std::make_unique<Forms>();
  if (!forms->open(context, path)) return Value::pending();
  auto* cls = as<ClassObject>(namespaceGet(context.globals, Symbol::of("Parser")));
  return Value::object(newResourceInstance(context, cls, std::move(forms)));
}

Value parserRead(Context& context, Arguments args) {
  Forms* forms = resourceAs<Forms>(context, args[0]);
  if (!forms) return raise(context, ErrorClass::IO, "Parser is not open");
  const Value form = forms->next(context);
  return form.isNotFound() ? Value::nil() : form;
}

Value parserClose(Context& context, Arguments args) {
  if (Forms* forms = resourceAs<Forms>(context, args[0])) forms->close();
  return Value::nil();
}

Value parserIterator(Context& context, Arguments args) {
  if (!resourceAs<Forms>(context, args[0]))
    return raise(context, ErrorClass::IO, "Parser is not open");
  return Value::object(newResourceIterator(context, resourceValue(context, args[0])));
}

// --- gdat --------------------------------------------------------------------------------------------------------------

constexpr std::string_view Header = "#< gdat 1.0 >#";

Value save(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 1, "gdat/save", PathUse::Write, &path)) return Value::pending();
  const Value text = jsonText(context, args[0]);
  if (text.isPending()) return text;
  const std::string folder(directoryName(path));
  IoStatus status = isDirectory(folder) ? IoStatus() : createDirectories(folder);
  if (status)
    status = replaceFile(path, std::string(Header) + "\n" + std::string(stringView(text)) + "\n");
  return status ? args[1] : raiseFailed(context, "write file", path, status);
}

Value load(Context& context, Arguments args) {
  std::string path, text;
  if (!pathArgument(context, args, 0, "gdat/load", PathUse::Read, &path) ||
      !readText(context, path, "Failed to open file", &text))
    return Value::pending();
  const size_t end = text.find('\n');
  std::string_view first = std::string_view(text).substr(0, end);
  if (first.ends_with('\r')) first.remove_suffix(1);
  if (first != Header)
    return raise(context, ErrorClass::Exception,
                 "Invalid .gdat file header (expected #< gdat 1.0 >#)");
  return parseJson(context, end == std::string::npos ? "" : std::string_view(text).substr(end + 1));
}

constexpr BuiltinRow geneRows[] = {
    {"parse_file", parseFile, "path f? ^count_if -> Value", "RrwacF",
     "the forms of a file; or calls f(form) for each; `^count_if [i v]`: how many have that child",
     Missing{"parse_file requires a string path"}},
    {"parser", parser, "path -> Value", "RrwaF",
     "the forms of a file one after the other: a Parser", Missing{"parser requires a string path"}},
};
constexpr BuiltinRow parserRows[] = {
    {"read", parserRead, "-> Value", "Rrwa", "the next form, or nil"},
    {"iter", parserIterator, "-> Iterator", "Rrwa", "the forms that are left, for a `for` loop"},
    {"close", parserClose, "-> Value", "Rrw", "closes it; then there is nothing left"},
};
constexpr BuiltinRow gdatRows[] = {
    {"save", save, "value path -> Value", "RrwacW",
     "writes a value as JSON behind a header line: the path",
     Missing{"gdat/save requires 2 arguments (value, path)"}},
    {"load", load, "path -> Value", "RrwacF", "the value of such a file",
     Missing{"gdat/load requires a string path"}},
};

}  // namespace

BUILTIN_TABLE(formFileTable, "gene", Functions, geneRows)
BUILTIN_TABLE(parserTable, "Parser", Methods, parserRows)
BUILTIN_TABLE(gdatTable, "gdat", Functions, gdatRows)

#define SERDES_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"

GENE_LIBRARY(serdes) {
  static constexpr const BuiltinTable* tables[] = {
#define SERDES_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  setResourceLayout(defineClass(context, "Parser"));
  for (const BuiltinTable* table : tables) defineTable(context, *table);
}

}  // namespace gene
