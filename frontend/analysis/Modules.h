#pragma once
// The modules of one program (08): where an import's text leads, and what was analysed already. A module is analysed
// when the first import of it is met, which is also when it runs: imports stand at the top of modules only, so the order
// of both is the same.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "frontend/analysis/Analyzer.h"
#include "frontend/analysis/ModuleInterface.h"
#include "frontend/analysis/Packages.h"

namespace gene {

struct LoadedModule {
  std::string path;  // canonical
  std::string name;  // as messages show it
  ir::Program* program = nullptr;
  std::unique_ptr<Analyzer> analyzer;  // null: all that is known is its interface
  ModuleInterface interface;
  std::string interfaceText;  // when the main module is compiled alone
  ast::Function* init = nullptr;
  bool loading = true;
  bool hasErrors = false;  // which were reported
};

class Modules {
 public:
  Modules(SourceManager& sources, ir::Program& program, const LanguageOptions& options,
          DiagnosticEngine& diagnostics, const AnalysisExtras& extras)
      : sources_(sources),
        program_(program),
        options_(options),
        diagnostics_(diagnostics),
        extras_(extras) {}
  ast::Module runMain(Span<Form*> forms, Location start);

  /// What an import leads to: a module, or what is wrong. `isNew`: this import runs it. `isReported`: the module has
  /// errors, which were reported.
  struct Found {
    LoadedModule* module = nullptr;
    bool isNew = false, isReported = false;
    std::string error;
    std::string near{};  // a module that could be meant
  };
  struct Place {
    std::string importer;     // path of the importing file
    std::string specifier;    // "dir/module"
    std::string package;      // ^pkg, or empty
    std::string packagePath;  // ^path
  };
  Found find(const Place& place);
  /// The identity of one more type of this name (Symbol.h); a built-in type that is called so has the name for itself.
  Symbol identify(Symbol name, bool isBuiltin);
  /// ($dep name …) in the module `importer`: where the package lies.
  void registerDependency(const std::string& name, const std::string& place,
                          const std::string& importer);
  [[nodiscard]] const KnownNames* known() const { return extras_.known; }
  [[nodiscard]] const AnalysisExtras& extras() const { return extras_; }
  /// The package of a module; null stands for the main module.
  std::optional<Package> packageOf(const LoadedModule* module) const;
  /// The module that is analysed takes a name of another one; `*`: all.
  void noteTaken(const LoadedModule& module, Symbol name);
  /// The main module asks for the package of the program.
  void noteApplication();
  /// The path as outputs show it.
  [[nodiscard]] std::string shown(const std::string& path) const;

 private:
  LoadedModule* load(const std::string& path);
  void analyse(LoadedModule& module, Location start);
  void becomeInterface(LoadedModule& module, Location loc);
  void readInterfaceOf(LoadedModule& module, Location start);
  Found imported(LoadedModule& module, const std::string& importer, bool isNew);
  void finishSeparate(LoadedModule& main);
  [[nodiscard]] bool isThere(const std::string& path) const;
  [[nodiscard]] std::string fileIn(const std::filesystem::path& directory,
                                   const std::string& specifier) const;
  std::string fileInGroups(const std::vector<std::filesystem::path>& places,
                           Span<const size_t> ends, const std::string& specifier,
                           std::string* other) const;
  std::string relativeName(const std::string& path) const;
  std::string displayName(const std::string& path) const;
  [[nodiscard]] SeparateModule* separate() const { return extras_.separate; }
  void dependOn(const Package& package) const;
  void dependOn(const std::string& file) const;

  SourceManager& sources_;
  ir::Program& program_;
  const LanguageOptions& options_;
  DiagnosticEngine& diagnostics_;
  const AnalysisExtras& extras_;
  std::vector<std::unique_ptr<LoadedModule>> modules_;
  std::vector<LoadedModule*> loading_;
  std::vector<ast::Function*> bodies_;               // of program_.modules
  std::map<std::string, std::string> dependencies_;  // what ($dep …) says: package → directory
  std::unordered_map<Symbol, uint32_t> identities_;  // how many there are of each name
  std::string given_;                                // the main module, as it was asked for
};

}  // namespace gene
