// Everything works without this script: it only swaps the middle of a page instead of loading all of it.
"use strict";

async function swap(address, push) {
  const answer = await fetch(address, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("#main");
  if (!main || page.querySelector("meta[http-equiv=refresh]")) { location.assign(address); return; }
  document.querySelector("#main").replaceWith(main);
  document.title = page.title;
  if (push) history.pushState(null, "", address);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("role") !== "search") return;
  event.preventDefault();
  const query = new URLSearchParams(new FormData(form));
  swap(`${form.action.split("?")[0]}?${query}`, true).then(() => {
    const field = document.querySelector("input[type=search]");
    if (field) { field.focus(); field.setSelectionRange(field.value.length, field.value.length); }
  }, () => form.submit());
});

addEventListener("popstate", () => location.reload());

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = event.target.closest && event.target.closest(".drop");
    if (!place) return;
    event.preventDefault();
    place.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      place.querySelector("input[type=file]").files = event.dataTransfer.files;
    }
  });
}
