#include "driver/Distribute.h"

#include <cstdio>
#include <filesystem>

#include "codegen/link/Installation.h"
#include "codegen/link/Process.h"
#include "runtime/support/JsonText.h"

namespace gene::driver {
namespace {

namespace fs = std::filesystem;

constexpr int MostTries = 3;

std::string inQuotes(const std::string& text) {
  std::string out;
  appendJsonString(text, out);
  return out;
}

std::string list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + inQuotes(text);
  return out + "]";
}

/// Where this executable lies.
std::string ownPath() {
  std::error_code failed;
  const fs::path path = fs::read_symlink("/proc/self/exe", failed);
  return failed ? "gene" : path.string();
}

/// The jobs of one build, as files in a folder.
class Distribution {
 public:
  Distribution(std::vector<std::string> command, std::string folder, std::string output, int level)
      : command_(std::move(command)),
        folder_(std::move(folder)),
        output_(std::move(output)),
        level_(level) {}

  /// The objects of the jobs. One whose worker was killed, or that came to nothing for another reason, is given away again.
  Expected<std::vector<std::string>> run(const std::vector<NativeJob>& jobs) {
    std::vector<size_t> missing;
    for (size_t i = 0; i < jobs.size(); i++) {
      // The folder may have those of another build.
      std::error_code failed;
      fs::remove(inFolder(object(i)), failed);
      if (Status status = writeFile(inFolder(input(i)), jobs[i].code); !status)
        return Failure{status.message()};
      missing.push_back(i);
    }
    std::vector<std::string> objects(jobs.size());
    for (int tries = 1; !missing.empty(); tries++) {
      Expected<ProcessResult> said = distribute(missing, tries);
      if (!said) return said.failure();
      std::erase_if(missing, [&](size_t job) { return hasObject(job, objects[job]); });
      if (missing.empty()) break;
      if (tries == MostTries) return failure(jobs[missing[0]], *said, missing.size());
      std::fprintf(stderr, "%s: %zu of %zu jobs came to nothing; trying again\n",
                   command_[0].c_str(), missing.size(), jobs.size());
    }
    return objects;
  }

 private:
  [[nodiscard]] std::string inFolder(const std::string& name) const { return folder_ + "/" + name; }
  static std::string input(size_t job) { return std::to_string(job) + ".bc"; }
  static std::string object(size_t job) { return std::to_string(job) + ".o"; }

  Expected<ProcessResult> distribute(const std::vector<size_t>& jobs, int tries) {
    std::string text =
        "{\n  \"common\": {\n    \"linker_output\": " + inQuotes(output_) +
        ",\n    \"args\": " + list({ownPath(), "codegen", "-O" + std::to_string(level_)}) +
        ",\n    \"inputs\": " + list({ownPath(), libraryFolder() + "/libgene_llvm.so"}) +
        "\n  },\n  \"jobs\": [";
    for (size_t i = 0; i < jobs.size(); i++)
      text += std::string(i > 0 ? "," : "") +
              "\n    {\"args\": " + list({input(jobs[i]), "-o", object(jobs[i])}) +
              ", \"inputs\": " + list({input(jobs[i])}) +
              ", \"outputs\": " + list({object(jobs[i])}) + "}";
    text += "\n  ]\n}\n";
    const std::string file = inFolder("jobs." + std::to_string(tries) + ".json");
    if (Status status = writeFile(file, text); !status) return Failure{status.message()};
    std::vector<std::string> command = command_;
    command.push_back(file);
    return runProcess(command);
  }

  /// An object is there as a whole or not at all: `gene codegen` renames it when it is done.
  bool hasObject(size_t job, std::string& bytes) const {
    Expected<std::string> read = readFile(inFolder(object(job)));
    if (!read || !read->starts_with("\x7f"
                                    "ELF"))
      return false;
    bytes = std::move(*read);
    return true;
  }

  [[nodiscard]] Failure failure(const NativeJob& job, const ProcessResult& said,
                                size_t count) const {
    std::string more = count > 1 ? " (and " + std::to_string(count - 1) + " more)" : "";
    std::string output = said.output.empty() ? "" : ":\n" + said.output;
    return Failure{"The job of " + job.name + more + " came to nothing " +
                   std::to_string(MostTries) + " times; " + command_[0] + " ended with exit code " +
                   std::to_string(said.exitCode) + output};
  }

  const std::vector<std::string> command_;
  const std::string folder_, output_;
  const int level_;
};

}  // namespace

NativeDistributor distributorOf(const Options& options, const std::string& output) {
  if (!options.has("distributor")) return {};
  std::vector<std::string> command{options.get("distributor")};
  for (const std::string& word : options.all("distributor-arg")) command.push_back(word);
  const std::string folder = options.get("distributor-folder");
  return [=](const std::vector<NativeJob>& jobs, int level) -> Expected<std::vector<std::string>> {
    if (!folder.empty()) {
      std::error_code failed;
      const std::string absolute = fs::absolute(folder, failed).string();
      return Distribution(command, failed ? folder : absolute, output, level).run(jobs);
    }
    Expected<std::unique_ptr<TemporaryFolder>> temporary = TemporaryFolder::make();
    if (!temporary) return temporary.failure();
    return Distribution(command, (*temporary)->path(), output, level).run(jobs);
  };
}

int codegen(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"output,o", "FILE", "where the object goes"},
      {"optimize,O", "0..3", "optimisation level (default 2)"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("codegen", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  if (options.positional.size() != 1 || !options.has("output"))
    return misuse("gene codegen takes one file, and -o");
  Expected<std::string> code = readFile(options.positional[0]);
  if (!code) return fail(code.message());
  Expected<std::string> object = compileNative(*code, optimisationLevel(options, 2));
  if (!object) return fail(options.positional[0] + ": " + object.message());
  Status status = writeFile(options.get("output"), *object);
  return status ? Success : fail(status.message());
}

}  // namespace gene::driver
