// How to link: with the files that the installation brings, or else what the C compiler says, without what only its own linker
// understands.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "codegen/link/Installation.h"
#include "codegen/link/Link.h"
#include "codegen/link/Process.h"

namespace gene {
namespace {

namespace fs = std::filesystem;

/// The words of a line as `cc -###` prints it: blanks separate, double quotes group, a backslash takes the next one as
/// it is.
std::vector<std::string> splitWords(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool inWord = false, quoted = false;
  for (size_t i = 0; i < line.size(); i++) {
    const char c = line[i];
    if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
      inWord = true;
    } else if (c == '"') {
      quoted = !quoted;
      inWord = true;
    } else if (c == ' ' && !quoted) {
      if (inWord) words.push_back(std::move(word));
      word.clear();
      inWord = false;
    } else {
      word += c;
      inWord = true;
    }
  }
  if (inWord) words.push_back(std::move(word));
  return words;
}

/// Is this what compilers call their linker?
bool isLinkerName(const std::string& path) {
  const std::string name = fs::path(path).filename();
  return name == "collect2" || name == "ld" || name.starts_with("ld.") || name.starts_with("ld-");
}

/// The libraries of a program, one a line: archives by their path in the library folder, or words for the linker. The build
/// writes the file next to the archives.
Expected<std::vector<std::string>> runtimeLibraries() {
  const std::string folder = libraryFolder();
  std::ifstream file(folder + "/gene.link");
  if (!file) return Failure{"the runtime library is not installed in " + folder};
  std::vector<std::string> words;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    const bool ours = !line.starts_with('/') && line.ends_with(".a");
    words.push_back(ours ? folder + "/" + line : line);
  }
  return words;
}

/// The words for the C compiler that link our objects and libraries in the given way.
Expected<std::vector<std::string>> compilerCommand(const LinkOptions& options, bool isStatic) {
  Expected<std::vector<std::string>> libraries = runtimeLibraries();
  if (!libraries) return libraries.failure();
  const bool compilerGiven = !options.linker.empty() && !isLinkerName(options.linker);
  std::vector<std::string> command{compilerGiven ? options.linker : "cc",
                                   isStatic ? "-static-pie" : "-pie", "-Wl,--gc-sections"};
  // libgcc's unwinder is 20 kB; as a library of its own it takes 0.08 ms of the start and 80 kB of memory.
  command.push_back("-static-libgcc");
  if (options.strip) command.push_back("-s");
  command.insert(command.end(), {"-o", options.output});
  command.insert(command.end(), options.objects.begin(), options.objects.end());
  command.push_back("-Wl,--start-group");
  command.insert(command.end(), libraries->begin(), libraries->end());
  command.push_back("-Wl,--end-group");
  // What extensions in C call of a program that may load one (runtime/capi/Functions.def).
  if (!isStatic) command.push_back("-Wl,--dynamic-list=" + libraryFolder() + "/gene.exports");
  if (isStatic)
    command.push_back("-lstdc++");
  else
    command.insert(command.end(), {"-Wl,-Bstatic", "-lstdc++", "-Wl,-Bdynamic"});
  command.push_back("-lm");
  return command;
}

/// The command with which this C compiler would run its linker.
Expected<std::vector<std::string>> askCompiler(std::vector<std::string> command) {
  command.insert(command.begin() + 1, "-###");
  Expected<ProcessResult> said = runProcess(command);
  if (!said) return said.failure();
  std::string_view rest = said->output;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    std::vector<std::string> words = splitWords(line);
    if (!words.empty() && isLinkerName(words[0])) return words;
  }
  return Failure{"cannot find out how " + command[0] + " links: " + said->output};
}

/// Do the start files and static libraries that a static command names exist?
bool staticIsThere(const std::vector<std::string>& linkerCommand) {
  std::vector<std::string> missing{"libc.a", "libm.a", "libstdc++.a"};
  for (const std::string& word : linkerCommand) {
    if (word.ends_with("crt1.o") && !fs::exists(word)) return false;
    if (!word.starts_with("-L")) continue;
    std::erase_if(missing,
                  [&](const std::string& name) { return fs::exists(word.substr(2) + "/" + name); });
  }
  return missing.empty();
}

/// The linker itself instead of the compiler's wrapper around it, and nothing about its plugin.
std::vector<std::string> directCommand(const std::string& linker,
                                       const std::vector<std::string>& wrapped) {
  std::vector<std::string> command{linker};
  for (size_t i = 1; i < wrapped.size(); i++) {
    if (wrapped[i] == "-plugin")
      i++;
    else if (!wrapped[i].starts_with("-plugin-opt"))
      command.push_back(wrapped[i]);
  }
  return command;
}

std::string directLinker(const LinkOptions& options) {
  if (!options.linker.empty()) return isLinkerName(options.linker) ? options.linker : "";
  if (const std::string own = libraryFolder() + "/ld.lld"; programExists(own)) return own;
  for (const char* name : {"ld.lld-22", "ld.lld"})
    if (programExists(name)) return name;
  return "";
}

/// Where an installation that needs no compiler keeps what every program is linked with beside our archives: start files, the
/// C and C++ libraries (packaging/package.py). Empty: there is none.
std::string linkFolder() {
  const std::string folder = libraryFolder() + "/link";
  return fs::exists(folder + "/Scrt1.o") ? folder : "";
}

/// The command with the files of that folder, and no question to a compiler.
Expected<std::vector<std::string>> ownCommand(const LinkOptions& options, const std::string& linker,
                                              const std::string& folder) {
  Expected<std::vector<std::string>> libraries = runtimeLibraries();
  if (!libraries) return libraries.failure();
  const bool isStatic = options.kind == LinkOptions::Kind::Static;
  std::vector<std::string> command{linker, "--build-id",  "--eh-frame-hdr", "-m",  "elf_x86_64",
                                   "-pie", "--as-needed", "--gc-sections",  "-O2", "--icf=safe"};
  const auto add = [&](std::initializer_list<std::string> words) {
    command.insert(command.end(), words);
  };
  if (isStatic)
    add({"-static", "--no-dynamic-linker", "-z", "text", "-z", "pack-relative-relocs"});
  else
    add({"-dynamic-linker", "/lib64/ld-linux-x86-64.so.2"});
  if (options.strip) add({"-s"});
  add({"-o", options.output, folder + (isStatic ? "/rcrt1.o" : "/Scrt1.o"), folder + "/crti.o",
       folder + "/crtbeginS.o", "-L" + folder});
  command.insert(command.end(), options.objects.begin(), options.objects.end());
  add({"--start-group"});
  command.insert(command.end(), libraries->begin(), libraries->end());
  add({"--end-group", "-Bstatic", "-lstdc++"});
  if (!isStatic) add({"-Bdynamic"});
  add({"-lm", "--start-group", "-lgcc", "-lgcc_eh", "-lc", "--end-group", folder + "/crtendS.o",
       folder + "/crtn.o"});
  return command;
}

/// The command for a shared object, which is linked with no library.
Expected<std::vector<std::string>> sharedCommand(const LinkOptions& options) {
  std::string linker = directLinker(options);
  if (linker.empty() && programExists("ld")) linker = "ld";
  if (linker.empty()) return Failure{"there is no linker (ld.lld, ld)"};
  std::vector<std::string> command{linker, "-shared", "--gc-sections", "-z", "now", "-z", "relro"};
  if (options.strip) command.push_back("-s");
  command.insert(command.end(), {"-o", options.output});
  command.insert(command.end(), options.objects.begin(), options.objects.end());
  if (linker.find("lld") != std::string::npos) command.insert(command.end(), {"-O2", "--icf=safe"});
  // glibc before 2.36 passes over such relocations without a word; a package's command may run with one.
  if (linker.find("lld") != std::string::npos && linkFolder().empty())
    command.insert(command.end(), {"-z", "pack-relative-relocs"});
  return command;
}

}  // namespace

Expected<std::vector<std::string>> linkCommand(const LinkOptions& options) {
  if (options.kind == LinkOptions::Kind::Shared) return sharedCommand(options);
  const std::string linker = directLinker(options);
  if (const std::string folder = linkFolder();
      !folder.empty() && !linker.empty() && options.linker.empty())
    return ownCommand(options, linker, folder);
  const bool isStatic = options.kind == LinkOptions::Kind::Static;
  Expected<std::vector<std::string>> compiler = compilerCommand(options, isStatic);
  if (!compiler) return compiler.failure();
  Expected<std::vector<std::string>> asked = askCompiler(*compiler);
  if (!asked) return asked.failure();
  if (isStatic && !staticIsThere(*asked))
    return Failure{"the static C and C++ libraries are not installed"};
  if (linker.empty()) return compiler;
  std::vector<std::string> command = directCommand(linker, *asked);
  // What only lld has: 4 % smaller executables.
  if (linker.find("lld") != std::string::npos)
    command.insert(command.end(), {"-O2", "--icf=safe", "-z", "pack-relative-relocs"});
  return command;
}

}  // namespace gene
