"""What a course tells nbgrader: the text of its `nbgrader_config.py`."""

CONFIG = """\
# The settings of this course. All that there are: nbgrader --help-all
c = get_config()  # noqa: F821 (nbgrader defines it)

# Students name the course by it, and the folder of the exchange is called so.
c.CourseDirectory.course_id = "micrograd_nb"

# Where assignments are handed out and in. The folder must be there, and everybody must be able to write to it.
# c.Exchange.root = "/srv/nbgrader/exchange"

# A stub stands above each solution, so nothing is put in the solution's place. (In exercises of your own, too.)
c.ClearSolutions.code_stub = {"python": ""}

# A cell that takes longer, in seconds, is interrupted and counts as wrong: the end of an endless loop.
c.Execute.timeout = 60
c.Execute.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": ["The cell took too long, and was stopped in the line above: is there a loop that never ends?"],
}

# How long a kernel may take to start and its output to arrive. If a machine is busy, that is nobody's mistake.
c.Execute.startup_timeout = 180
c.Execute.iopub_timeout = 60

# What a submission may fill a page of feedback with: a loop that prints, an error out of a deep recursion.
c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 60

# A student who deletes a graded cell gets it back, with its points to be earned.
c.OverwriteCells.add_missing_cells = True
"""
