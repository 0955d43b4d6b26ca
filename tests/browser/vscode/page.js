// One cell of a notebook as VS Code shows it: its own widget manager, on a kernel of a Jupyter server.
// The page has `start(token)`, and `run(code, node)`, which shows the widget that the code ends in.

import { KernelManager, ServerConnection } from "@jupyterlab/services";
import { activate } from "./package/dist/ipywidgets.js";

const VIEW = "application/vnd.jupyter.widget-view+json";

// What VS Code's extension does for its manager: it finds the script of a widget beside the kernel's Python.
const scripts = {
  widgetsRegisteredInRequireJs: new Set(),
  async loadWidgetScript(name) {
    requirejs.config({ paths: { [name]: `/vscode/nbextensions/${name}/index` } });
  },
  successHandler() {},
  errorHandler(name, module, version, error) {
    console.error(`${name} of ${module} ${version} was not loaded: ${error}`);
  },
};

let kernel;
let manager;

window.start = async (token) => {
  const serverSettings = ServerConnection.makeSettings({ baseUrl: location.origin, token, appendToken: true });
  kernel = await new KernelManager({ serverSettings }).startNew({ name: "python3" });
  activate();
  window.vscIPyWidgets8.load();
  manager = new window.vscIPyWidgets.WidgetManager(kernel, document.body, scripts, () => {});
};

window.run = async (code, id) => {
  const node = document.getElementById(id);
  let shown = Promise.resolve();
  const printed = [];
  const future = kernel.requestExecute({ code });
  future.onIOPub = ({ content }) => {
    if (content.traceback) printed.push(content.traceback.join("\n"));
    if (content.text) printed.push(content.text);
    const view = content.data?.[VIEW];
    if (view) shown = show(view.model_id, node);
  };
  await future.done;
  await shown;
  return printed.join("");
};

window.stop = () => kernel.shutdown();

async function show(id, node) {
  const model = await manager.get_model(id);
  const view = await manager.create_view(model, { el: node });
  await manager.display_view(null, view, { node });
}
