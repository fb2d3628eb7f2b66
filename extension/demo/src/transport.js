import { useEffect, useState } from "react";
import { transport } from "./options.js";

/**
 * How the page reads its answers: pages of the real backend do each of these.
 */
const READERS = {
  fetch: async (url, init) => (await fetch(url, init)).json(),
  text: async (url, init) => JSON.parse(await (await fetch(url, init)).text()),
  clone: async (url, init) => {
    const response = await fetch(url, init);
    await response.clone().json();
    return response.json();
  },
  stream: async (url, init) => {
    const reader = (await fetch(url, init)).body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    return JSON.parse(text);
  },
  xhr: (url, init) => viaXhr(url, init, "", (xhr) => JSON.parse(xhr.responseText)),
  "xhr-json": (url, init) => viaXhr(url, init, "json", (xhr) => xhr.response),
};

function viaXhr(url, { method = "GET", body = null, headers = {} }, type, read) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.responseType = type;
    Object.entries(headers).forEach(([name, value]) => xhr.setRequestHeader(name, value));
    xhr.onload = () => {
      try {
        resolve(read(xhr));
      } catch (error) {
        reject(error);
      }
    };
    xhr.onerror = () => reject(new TypeError("network"));
    xhr.send(body);
  });
}

const read = READERS[transport];

/** `{state: "loading" | "ready" | "failed" | "logged_out", answer, message}`; asks again when `url` or `body` changes. */
export function useAnswer(url, body) {
  const [found, setFound] = useState({ state: "loading" });
  useEffect(() => {
    let current = true;
    setFound((before) => ({ ...before, state: "loading" }));
    const init = body ? { method: "POST", body, headers: { "content-type": "application/json" } } : {};
    read(url, init).then(
      (answer) => current && setFound(judge(answer)),
      () => current && setFound({ state: "failed", message: "数据异常，请刷新重试" }),
    );
    return () => { current = false; };
  }, [url, body]);
  return found;
}

function judge(answer) {
  if (answer?.code === 10008) return { state: "logged_out", message: "登录已失效，请重新登录" };
  if (answer?.code !== 0) return { state: "failed", message: answer?.msg || "系统繁忙，请稍后再试" };
  return { state: "ready", answer };
}
