// The language server and the debug adapter are the `gene` command itself.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function command() {
  return vscode.workspace.getConfiguration("gene").get("path") || "gene";
}

exports.activate = async (context) => {
  context.subscriptions.push(
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
