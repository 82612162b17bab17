// Only adds to what is there: search, order, copying. Everything can be read without it.
for (const list of document.querySelectorAll("table.list")) {
  const body = list.tBodies[0];
  const lines = [...body.rows].filter((row) => row.dataset.id !== undefined);
  const rules = [...body.rows].filter((row) => row.dataset.id === undefined);
  const tools = document.createElement("div");
  tools.className = "tools";
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "Search these rows";
  search.setAttribute("aria-label", "Search " + list.caption.textContent);
  const copy = document.createElement("button");
  copy.type = "button";
  copy.textContent = "Copy the ids shown";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  tools.append(search, copy, said);
  list.before(tools);
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const line of lines) {
      const text = line.textContent.toLowerCase();
      line.hidden = !words.every((word) => text.includes(word));
    }
    for (const rule of rules) rule.hidden = words.length > 0;
    said.textContent = words.length ? lines.filter((line) => !line.hidden).length + " rows" : "";
  });
  copy.addEventListener("click", async () => {
    const ids = [...body.rows].filter((row) => row.dataset.id !== undefined && !row.hidden).map((row) => row.dataset.id);
    try {
      await navigator.clipboard.writeText(ids.join("\n"));
      said.textContent = ids.length + " ids copied";
    } catch {
      said.textContent = "The browser does not allow it: " + ids.join(", ");
    }
  });
  const heads = [...list.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    if (!head.textContent) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const isDown = head.getAttribute("aria-sort") !== "descending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      const value = (line) => {
        const text = line.cells[place].textContent.trim();
        const number = parseFloat(text.replace("−", "-").replaceAll(",", ""));
        return head.classList.contains("n") ? (isNaN(number) ? -Infinity : number) : text;
      };
      const sorted = [...lines].sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        return (x < y ? -1 : x > y ? 1 : 0) * (isDown ? -1 : 1);
      });
      body.append(...sorted);
      // Where chance begins is a place in the order of scores alone.
      for (const rule of rules) rule.remove();
    });
  });
}
