"""The lessons as a static site, for reading without a kernel: `python -m micrograd_nb.site FOLDER`.

Each lesson is run, and becomes one HTML file that needs no other: its pictures, its formulas and its steppers are in
it, and work from disk, without a network.

    run.py        a notebook is run, and its widgets become pages
    page.py       nbconvert makes HTML of it, with a template of ours
    formula.py    a formula becomes a small drawing
    tidy.py       outputs without the folders of this machine
    build.py      all lessons, with links from one to the next
"""
