"""profile_forms.py JSON SVG: are they what speedscope and a browser read, with `spin` in them?"""
import json
import sys
import xml.etree.ElementTree as tree

with open(sys.argv[1], encoding="utf-8") as file:
    data = json.load(file)
frames, profile = data["shared"]["frames"], data["profiles"][0]
assert profile["type"] == "sampled" and len(profile["samples"]) == len(profile["weights"]) > 0, profile
assert sum(profile["weights"]) == profile["endValue"], "weights"
assert all(0 <= frame < len(frames) for stack in profile["samples"] for frame in stack), "frames"
assert any(frame["name"] == "spin" and frame["line"] == 15 for frame in frames), frames

SVG = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[2]).getroot()
assert root.tag == SVG + "svg"
drawn = root.findall(f"{SVG}g[@class='frame']")
assert drawn[0].get("data-name") == "all"
names = [frame.get("data-name") for frame in drawn]
assert any(name.startswith("spin (") for name in names), names
everything = int(drawn[0].get("data-w"))
for frame in drawn:
    assert 0 <= int(frame.get("data-x")) <= int(frame.get("data-x")) + int(frame.get("data-w")) <= everything
assert len(root.findall(SVG + "script")) == 1 and "href" not in root.find(SVG + "script").attrib
