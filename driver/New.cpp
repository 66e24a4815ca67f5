// gene new: the folder of a new package, whose program and tests run at once.

#include <algorithm>
#include <filesystem>

#include "driver/Command.h"
#include "frontend/analysis/Lock.h"

namespace gene::driver {
namespace {

struct NewFile {
  const char* path;
  std::string text;
};

std::vector<NewFile> filesOf(const std::string& package, const std::string& name, bool isLibrary) {
  const std::string manifest = "^name \"" + package + "\"\n^version \"0.1.0\"\n" +
                               (isLibrary ? "" : "^main-module \"main\"\n") + "^dependencies []\n";
  const std::string library =
      "# What others import from this package.\n\n"
      "# A greeting.\n"
      "(fn greeting [name]\n"
      "  ^examples [[\"world\"] -> \"Hello, world!\"]\n"
      "  #\"Hello, #{name}!\")\n";
  const std::string main =
      "(import greeting from \"index\")\n\n"
      "(for name in $args\n"
      "  (println (greeting name)))\n"
      "(if $args/.empty?\n"
      "  (println (greeting \"world\")))\n";
  const std::string test =
      "(import greeting from \"index\")\n"
      "(import genex/test/[suite! test! check])\n\n"
      "(suite! \"greeting\"\n"
      "  (test! \"names who is greeted\"\n"
      "    (check ((greeting \"test\") == \"Hello, test!\"))))\n";
  std::vector<NewFile> files{{"package.gene", manifest},
                             {"src/index.gene", library},
                             {"tests/greeting.gene", test},
                             {".gitignore", ".gene/\nbuild/\n"}};
  if (!isLibrary) files.push_back({"src/main.gene", main});
  files.push_back({"README.md", "# " + name + "\n\n" +
                                    (isLibrary ? "    (import greeting from \"index\" ^pkg \"" +
                                                     package + "\")\n"
                                               : "    gene run src/main.gene\n") +
                                    "\nTests: `gene test`\n"});
  return files;
}

/// What a name of a package may be made of, and one that is like the name that is none; empty where that is not the point.
std::string rulesOf(const std::string& given, const std::string& name) {
  if (std::ranges::count(given, '/') > 1 || given.starts_with("gene")) return {};
  std::string better;
  for (const char c : name) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    const bool isLetter = small >= 'a' && small <= 'z', isDigit = c >= '0' && c <= '9';
    if (isLetter || (isDigit && !better.empty()))
      better += small;
    else if (!better.empty() && better.back() != '-')
      better += '-';
  }
  while (better.ends_with('-')) better.pop_back();
  std::string text =
      "\nA name has small letters, digits and - _ + &; it begins with a letter and ends with a "
      "letter "
      "or a digit.";
  const std::string all = given.substr(0, given.size() - name.size()) + better;
  if (!better.empty() && checkPackageName(all.find('/') == std::string::npos ? "app/" + all : all))
    text += "\nDid you mean '" + all + "'?";
  return text;
}

}  // namespace

int newPackage(Arguments args) {
  static const std::vector<OptionSpec> specs = {
      {"lib", nullptr, "a library: no main program"},
      {"help,h", nullptr, "this text"},
  };
  Options options;
  if (const auto code = readCommandLine("new", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Misuse, options))
    return *code;
  if (options.positional.size() != 1) return misuse("gene new takes the name of the package");
  const std::string& given = options.positional[0];
  const std::string name = given.substr(given.rfind('/') + 1);
  // A name alone has a parent, as every package has.
  const std::string package = given.find('/') == std::string::npos ? "app/" + given : given;
  if (Status status = checkPackageName(package); !status)
    return misuse(status.message() + rulesOf(given, name));
  std::error_code failed;
  if (std::filesystem::exists(name, failed)) return fail("There is a " + name + " already");
  for (const NewFile& file : filesOf(package, name, options.has("lib")))
    if (Status status = writeFile(name + "/" + file.path, file.text); !status)
      return fail(status.message());
  std::printf("%s: package %s\n", name.c_str(), package.c_str());
  return Success;
}

}  // namespace gene::driver
