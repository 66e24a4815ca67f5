#pragma once
// A source as `gene doc` sees it: its definitions, which of them it publishes, and what is said of them.

#include <memory>
#include <optional>

#include "driver/doc/Page.h"
#include "frontend/analysis/Documentation.h"
#include "frontend/analysis/Packages.h"
#include "frontend/syntax/Diagnostics.h"
#include "runtime/support/Arena.h"

namespace gene::driver {

class DocModule {
 public:
  /// Reads a source; null after mistakes, which were printed. `name` is for headings and imports.
  static std::unique_ptr<DocModule> read(const std::string& path, std::string name);

  const std::string name;

  /// All that the module publishes, or all that it defines, below a heading of `level`. `import`: the module and package as
  /// an import names them, or empty. False, and nothing written: there is nothing to say.
  bool write(Page& page, int level, std::string_view import, bool all) const;
  /// What the module defines under this name: `f`, `C`, `C/m`, `.m`. Is there something?
  bool writeNamed(Page& page, std::string_view wanted) const;
  /// The names that can be asked for.
  void addNames(std::vector<std::string>& names) const;
  /// Where its names are described: in this file.
  void addLinks(Links& links, const std::string& file, bool all) const;
  /// The first line of what is said of the module.
  [[nodiscard]] std::string summary() const;

  /// What an import in the module of a package, or beside it, names it; empty: it cannot be imported.
  [[nodiscard]] std::string importedAs(const std::optional<Package>& package) const;

 private:
  /// (implement Interface for Class …) outside of the class.
  struct Implementation {
    const Form* interface;
    const Form* type;
    Definition definition;  // with its methods
  };
  explicit DocModule(std::string name) : name(std::move(name)) {}
  void read(Location start);
  [[nodiscard]] bool isPublished(const Definition& d, const Definition* container) const;
  void writeGroups(Page& page, int level, const std::vector<Definition>& definitions,
                   const Definition* container, bool all) const;
  void writeDefinition(Page& page, int level, const Definition& d, const Definition* container,
                       bool all) const;
  void writeItem(Page& page, const Definition& d, const Definition* container) const;
  void writeImplementations(Page& page, int level, bool all) const;
  void addImplementation(const GeneForm& form);
  [[nodiscard]] std::string interfacesOf(const Definition& d) const;
  [[nodiscard]] std::string documentation(const Definition& d) const;

  SourceManager sources_;
  Arena arena_;
  Location start_;
  Span<Form* const> forms_;
  Layout layout_;
  std::vector<Definition> outline_;
  std::vector<Implementation> implementations_;
  bool hasExports_ = false;  // (export …): nothing else is published
  std::vector<Symbol> exports_;
};

/// Sources that belong together: those of a package, or of a folder; or one alone.
struct Library {
  std::optional<Package> package;
  std::vector<std::unique_ptr<DocModule>> modules;
  bool isBroken = false;  // mistakes were printed
};

/// What is built in, in `gene doc`: by name, or all of it as a page. False: nothing has that name.
bool writeBuiltins(Page& page, const std::string& name);
void writeAllBuiltins(Page& page);
void addBuiltinLinks(Links& links, const std::string& file);

/// Writes the pages of libraries into a folder; an exit code.
int writeSite(const std::string& folder, Span<const Library> libraries, bool all);

}  // namespace gene::driver
