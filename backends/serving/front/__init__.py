"""The front door: what every request passes before a page, the API or a widget sees it.

From the outside in: who it comes from and under which name (`proxies`), what leaves with every answer (`policy`),
whether the name is the workbench's own (`names`), how long and large its body may be (`arrival`), whether there is room
for one more tab (`places`), from whose page it comes (`guard`, and `sharing` for the widgets), whether there is memory
for its file (`uploads`), and the visitor's cookie.
"""
