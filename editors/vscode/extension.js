// The language server and the debug adapter are the `gene` command itself.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client, terminal;

function command() {
  return vscode.workspace.getConfiguration("gene").get("path") || "gene";
}

/** The file of a URI, as code lenses give it, or the one that is shown. */
function fileOf(uri) {
  const editor = vscode.window.activeTextEditor;
  if (uri) return vscode.Uri.parse(uri).fsPath;
  return editor && editor.document.languageId === "gene" ? editor.document.uri.fsPath : undefined;
}

/** `gene WORD FILE` in a terminal of its own, which is used again. */
function inTerminal(word) {
  return async (uri) => {
    const file = fileOf(uri);
    if (!file) return;
    await vscode.workspace.saveAll(false);
    if (!terminal || terminal.exitStatus !== undefined) terminal = vscode.window.createTerminal("Gene");
    terminal.show(true);
    terminal.sendText([command(), word, file].map((part) => (/^[\w./-]+$/.test(part) ? part : `'${part.replace(/'/g, "'\\''")}'`)).join(" "));
  };
}

async function debug(uri) {
  const program = fileOf(uri);
  if (program) await vscode.debug.startDebugging(undefined, { type: "gene", request: "launch", name: "Debug the file", program });
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("gene.run", inTerminal("run")),
    vscode.commands.registerCommand("gene.test", inTerminal("test")),
    vscode.commands.registerCommand("gene.examples", inTerminal("run-examples")),
    vscode.commands.registerCommand("gene.debug", debug),
    vscode.debug.registerDebugAdapterDescriptorFactory("gene", {
      createDebugAdapterDescriptor: () =>
        new vscode.DebugAdapterExecutable(command(), ["debug", "--dap"]),
    }),
    vscode.debug.registerDebugConfigurationProvider("gene", {
      // F5 without a launch.json debugs the file that is shown.
      resolveDebugConfiguration: (folder, configuration) => {
        const editor = vscode.window.activeTextEditor;
        if (configuration.type || !editor || editor.document.languageId !== "gene") return configuration;
        return { type: "gene", request: "launch", name: "Debug the file", program: "${file}" };
      },
    })
  );
  client = new LanguageClient(
    "gene",
    "Gene",
    { command: command(), args: ["lsp"] },
    { documentSelector: [{ language: "gene" }] }
  );
  await client.start();
};

exports.deactivate = () => client && client.stop();
