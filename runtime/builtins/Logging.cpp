// genex/logging (14 system §14.8): loggers, levels by name, sinks. Configured by config/logging.gene in the current
// directory, which is read when the first logger is made.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "frontend/syntax/Reader.h"
#include "runtime/Domain.h"
#include "runtime/Output.h"
#include "runtime/builtins/Extensions.h"
#include "runtime/builtins/Io.h"
#include "runtime/object/Print.h"
#include "runtime/support/JsonText.h"
#include "runtime/system/Files.h"
#include "runtime/system/Paths.h"

namespace gene {
namespace {

enum class Level : uint8_t { Error, Warn, Info, Debug, Trace };
constexpr std::string_view LevelNames[] = {"ERROR", "WARN", "INFO", "DEBUG", "TRACE"};
constexpr const char* Colors[] = {"\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[36m", "\x1b[90m"};

// --- configuration -----------------------------------------------------------------------------------------------------

struct Sink {
  enum class Format : uint8_t { Verbose, Concise, Record };
  bool isFile = false, toStdout = false, hasColor = false;
  std::string path;
  Format format = Format::Verbose;
  std::unique_ptr<FileDescriptor> file;  // open once something was written
};

struct Rule {  // of one name, and all below it
  Level level = Level::Info;
  bool hasLevel = false, hasTargets = false;
  std::vector<std::string> targets;
};

struct Configuration {
  Rule root;
  std::map<std::string, Sink, std::less<>> sinks;
  std::map<std::string, Rule, std::less<>> loggers;
  std::mutex writing;
};

/// The text of a string or symbol; empty for other forms.
std::string_view wordOf(const Form* form) {
  if (form->kind == FormKind::String) return as<StringForm>(*form).text;
  return symbolOf(form).text();
}

bool readLevel(const Form* form, Level* level) {
  std::string name(wordOf(form));
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  const auto found = std::ranges::find(LevelNames, name);
  if (found == std::end(LevelNames)) return false;
  *level = static_cast<Level>(found - LevelNames);
  return true;
}

/// What a configuration file says; a message where it says something that is not understood.
class ConfigurationReader {
 public:
  explicit ConfigurationReader(Configuration& configuration) : result_(configuration) {}

  std::string read(const Form& form) {
    if (form.kind != FormKind::Map) return "it has to hold one map";
    for (const Property& p : as<MapForm>(form).properties) {
      const std::string_view key = p.key.text();
      if (key == "sinks")
        entries(p, [&](const Property& sink) { readSink(sink); });
      else if (key == "loggers")
        entries(p, [&](const Property& logger) {
          nested(std::string(logger.key.text()), logger.value);
        });
      else if (!rulePart(p, result_.root))
        fail("^" + std::string(key));
    }
    return problem_;
  }

 private:
  void fail(const std::string& what) {
    if (problem_.empty()) problem_ = what + " is not understood";
  }
  template <class F>
  void entries(const Property& p, F&& f) {
    if (p.value->kind != FormKind::Map) return fail("^" + std::string(p.key.text()));
    for (const Property& entry : as<MapForm>(*p.value).properties) f(entry);
  }
  bool rulePart(const Property& p, Rule& rule) {
    if (p.key.text() == "level") {
      rule.hasLevel = readLevel(p.value, &rule.level);
      return rule.hasLevel;
    }
    if (p.key.text() != "targets" || p.value->kind != FormKind::Array) return false;
    rule.hasTargets = true;
    for (const Form* target : as<ArrayForm>(*p.value).items)
      rule.targets.emplace_back(wordOf(target));
    return true;
  }
  /// ^a/b {…}
  void nested(const std::string& name, const Form* value) {
    if (value->kind != FormKind::Map) return fail("^" + name);
    for (const Property& p : as<MapForm>(*value).properties)
      if (!rulePart(p, result_.loggers[name])) fail("^" + name + " ^" + std::string(p.key.text()));
  }
  void readSink(const Property& named) {
    Sink& sink = result_.sinks[std::string(named.key.text())];
    entries(named, [&](const Property& p) {
      const std::string_view key = p.key.text(), word = wordOf(p.value);
      if (key == "type" && (word == "file" || word == "console"))
        sink.isFile = word == "file";
      else if (key == "stream" && (word == "stdout" || word == "stderr"))
        sink.toStdout = word == "stdout";
      else if (key == "path" && !word.empty())
        sink.path = word;
      else if (key == "format" && word == "verbose")
        sink.format = Sink::Format::Verbose;
      else if (key == "format" && word == "concise")
        sink.format = Sink::Format::Concise;
      else if (key == "format" && word == "record")
        sink.format = Sink::Format::Record;
      else if (key == "color")
        sink.hasColor = p.value->kind == FormKind::True;
      else
        fail("^" + std::string(named.key.text()) + " ^" + std::string(key));
    });
    if (sink.isFile && sink.path.empty()) fail("a file sink without ^path");
  }

  Configuration& result_;
  std::string problem_;
};

/// The configuration of the process. Nothing of it is lost when the file is not there.
Configuration& configuration() {
  static Configuration* const loaded = [] {
    auto* made = new Configuration;
    const std::string path = "config/logging.gene";
    std::string text, problem;
    FileDescriptor file;
    uint64_t size = 0;
    if (openForReading(path, &file, &size) &&
        InputStream(std::move(file)).rest(&text) == InputStream::Got::Something) {
      SourceManager sources;
      DiagnosticEngine diagnostics(sources);
      Arena arena;
      const Span<Form*> forms = readForms(sources.add(path, std::move(text)), arena, diagnostics);
      if (diagnostics.hasErrors())
        problem = diagnostics.all()[0].message;
      else if (!forms.empty())
        problem = ConfigurationReader(*made).read(*forms[0]);
      if (!problem.empty()) writeError("Error: " + path + ": " + problem + "\n");
    }
    if (made->sinks.empty()) made->sinks["console"];
    return made;
  }();
  return *loaded;
}

/// The level and targets of a logger: of the longest prefix of its name that says so.
Rule ruleOf(const Configuration& c, std::string_view name) {
  Rule rule = c.root;
  for (size_t end = 0; end != std::string_view::npos;) {
    end = name.find('/', end + 1);
    const auto found = c.loggers.find(name.substr(0, end));
    if (found == c.loggers.end()) continue;
    if (found->second.hasLevel) rule.level = found->second.level;
    if (found->second.hasTargets) {
      rule.targets = found->second.targets;
      rule.hasTargets = true;
    }
  }
  return rule;
}

// --- lines -------------------------------------------------------------------------------------------------------------

std::string lineOf(const Sink& sink, Level level, std::string_view name, std::string_view text) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::localtime_r(&now.tv_sec, &parts);
  const std::string_view word = LevelNames[static_cast<size_t>(level)];
  char stamp[64];
  const auto time = [&](const char* pattern) {
    const size_t n = std::strftime(stamp, sizeof stamp, pattern, &parts);
    std::snprintf(stamp + n, sizeof stamp - n, ".%03ld", now.tv_nsec / 1000000);
    return std::string(stamp);
  };
  std::string line;
  switch (sink.format) {
    case Sink::Format::Verbose:
      line = "T00 " + std::string(word) + std::string(6 - word.size(), ' ') +
             time("%y-%m-%d %a %H:%M:%S") + " " + std::string(name) + " " + std::string(text);
      break;
    case Sink::Format::Concise:
      line = std::string(word) + " " + time("%m-%d %H:%M:%S") + " " + std::string(name) + " " +
             std::string(text);
      break;
    case Sink::Format::Record:
      line = "{^thr 0 ^lvl \"" + std::string(word) + "\" ^time \"" + time("%y-%m-%d %a %H:%M:%S") +
             "\" ^name ";
      appendJsonString(name, line);
      line += " ^value ";
      appendJsonString(text, line);
      line += "}";
      break;
  }
  return line + "\n";
}

/// A sink that cannot be written to is said once, and the program goes on.
void writeTo(Sink& sink, Level level, std::string line) {
  if (!sink.isFile) {
    if (sink.hasColor && ::isatty(sink.toStdout ? STDOUT_FILENO : STDERR_FILENO) == 1)
      line = Colors[static_cast<size_t>(level)] + line.substr(0, line.size() - 1) + "\x1b[0m\n";
    if (sink.toStdout)
      writeOut(line);
    else
      writeError(line);
    return;
  }
  IoStatus status;
  if (!sink.file) {
    sink.file = std::make_unique<FileDescriptor>();
    const std::string folder(directoryName(sink.path));
    if (!isDirectory(folder)) status = createDirectories(folder);
    if (status) status = openForWriting(sink.path, WriteMode::Append, sink.file.get());
  }
  if (status && sink.file->isOpen()) status = writeFully(sink.file->get(), line);
  if (status) return;
  writeError("Error: cannot log to " + sink.path + ": " + status.reason() + "\n");
  sink.file->close();
}

template <Level level>
Value log(Context& context, Arguments args) {
  const Value name = getField(context, as<InstanceObject>(args[0]), Symbol::of("name"));
  if (!isString(name)) return raise(context, ErrorClass::Exception, "Logger has no name");
  Configuration& c = configuration();
  const Rule rule = ruleOf(c, stringView(name));
  if (level > rule.level) return Value::nil();
  std::string text;
  for (uint32_t i = 1; i < args.count; i++) {
    if (i > 1) text += ' ';
    text += displayText(context, args[i]);
  }
  const std::lock_guard lock(c.writing);
  for (auto& [sinkName, sink] : c.sinks) {
    const bool isMeant =
        !rule.hasTargets || std::ranges::find(rule.targets, sinkName) != rule.targets.end();
    if (isMeant) writeTo(sink, level, lineOf(sink, level, stringView(name), text));
  }
  return Value::nil();
}

/// (new Logger name): text, or a class, whose name it is. One without / gets the script in front.
Value initialize(Context& context, Arguments args) {
  std::string name = isClass(args[1])
                         ? std::string(as<ClassObject>(args[1])->name.get().symbol().text())
                         : displayText(context, args[1]);
  if (name.find('/') == std::string::npos) name = context.domain->programName + "/" + name;
  setField(context, as<InstanceObject>(args[0]), Symbol::of("name"), checkedString(context, name));
  return args[0];
}

constexpr BuiltinRow rows[] = {
    {"new", initialize, "name -> Value", "Rrwac",
     "a Logger; a name without / gets the program's in front", Missing{"Logger requires a name"},
     Initializer},
    {"error", log<Level::Error>, "value... -> Value", "Rrwac-",
     "logs the arguments' texts, joined by blanks, as ERROR"},
    {"warn", log<Level::Warn>, "value... -> Value", "Rrwac-", "the same as WARN"},
    {"info", log<Level::Info>, "value... -> Value", "Rrwac-", "the same as INFO"},
    {"debug", log<Level::Debug>, "value... -> Value", "Rrwac-", "the same as DEBUG"},
    {"trace", log<Level::Trace>, "value... -> Value", "Rrwac-", "the same as TRACE"},
};

}  // namespace

BUILTIN_TABLE(loggerTable, "genex/logging/Logger", Methods, rows)

void defineLoggerClass(Context& context) {
  setLayout(defineClass(context, "genex/logging/Logger"), std::array{Symbol::of("name")});
}

}  // namespace gene
