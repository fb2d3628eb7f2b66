import { createRoot } from "react-dom/client";
import { App } from "./App.jsx";
import { theme } from "./options.js";

document.documentElement.classList.toggle("dark", theme === "dark");
createRoot(document.getElementById("root")).render(<App />);
